//! A file that takes the place of another one and may become its copy.

/// What is known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Growing {
    len: Option<u64>,
    /// Whether it was compared at this length, and was the other one's front.
    is_front: bool,
}

impl Growing {
    /// Whether it has grown no more since the last look, and was not compared since then.
    pub(crate) fn is_over(&mut self, len: u64) -> bool {
        if self.len == Some(len) {
            return !self.is_front;
        }
        *self = Growing { len: Some(len), is_front: false };
        false
    }

    /// At this length it was the other one's front.
    pub(crate) fn is_copy_of(&mut self, len: u64) {
        *self = Growing { len: Some(len), is_front: true };
    }
}
