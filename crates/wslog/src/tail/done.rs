//! Files that are not to be read, or not again, by what their texts begin with.

use std::collections::{BTreeSet, HashSet, VecDeque};

use crate::tail::head::Head;

/// The heads of files that were read to their ends, and of those that were there before.
#[derive(Debug, Default)]
pub(crate) struct Done {
    heads: HashSet<Head>,
    in_order: VecDeque<Head>,
    lens: BTreeSet<u16>,
}

/// Most that are remembered: more files than logrotate is ever told to keep.
pub(crate) const MOST_DONE: usize = 1 << 16;

impl Done {
    pub(crate) fn add(&mut self, head: Head) {
        if head.is_empty() || !self.heads.insert(head) {
            return;
        }
        self.in_order.push_back(head);
        self.lens.insert(head.len);
        if self.in_order.len() > MOST_DONE
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.heads.remove(&oldest);
        }
    }

    /// Whether a text that begins so is one of these.
    pub(crate) fn has(&self, first: &[u8]) -> bool {
        let firsts = self.lens.iter().filter_map(|len| first.get(..usize::from(*len)));
        firsts.into_iter().any(|first| self.heads.contains(&Head::of(first)))
    }

    /// The oldest in front.
    pub(crate) fn heads(&self) -> impl ExactSizeIterator<Item = Head> {
        self.in_order.iter().copied()
    }
}
