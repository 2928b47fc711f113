//! The age at which a timer is suspected to fire.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use wslog_parse::Millis;

/// A moment in the life of a request, with a tolerance on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The age, since the request's first byte.
    pub at: Millis,
    /// How far from it still counts, the ends included.
    pub tolerance: Millis,
}

impl Mark {
    /// Whether an age lies within the tolerance, in whole milliseconds.
    pub fn is_near(self, age: Millis) -> bool {
        age.0.abs_diff(self.at.0) <= self.tolerance.0
    }
}

impl Default for Mark {
    /// 60 s ± 1 s: the default of nginx's proxy timers and of most load balancers.
    fn default() -> Mark {
        Mark { at: Millis(60_000), tolerance: Millis(1_000) }
    }
}

/// `{ "seconds": 60.0, "tolerance": 1.0 }`
impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut mark = serializer.serialize_struct("Mark", 2)?;
        mark.serialize_field("seconds", &self.at.as_secs_f64())?;
        mark.serialize_field("tolerance", &self.tolerance.as_secs_f64())?;
        mark.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_ends_are_near() {
        let near = |millis| Mark::default().is_near(Millis(millis));
        assert_eq!([58_999, 59_000, 61_000, 61_001].map(near), [false, true, true, false]);
    }
}
