//! Which part of a site a path leads to: the path without what varies from one client to the next.

use crate::fingerprint::{fingerprint, fingerprint_of_numbers};

/// A path in which every segment that has a digit counts as the same one, as a hash of 20 bits:
/// `/rooms/12` and `/rooms/7f3a` have one shape. 0 where no path is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PathShape(u32);

/// How many bits one has.
pub(crate) const PATH_SHAPE_BITS: u32 = 20;

impl PathShape {
    pub(crate) const UNKNOWN: PathShape = PathShape(0);

    /// That of a path without its query (RFC 3986, section 3.3).
    #[inline]
    pub(crate) fn of(path: &[u8]) -> PathShape {
        let segments = path.split(|byte| *byte == b'/');
        let hash = segments.fold(0, |hash, segment| {
            let varies = segment.iter().any(u8::is_ascii_digit);
            fingerprint_of_numbers(&[hash, fingerprint(&[if varies { b"0" } else { segment }])])
        });
        PathShape(u32::try_from(hash >> (u64::BITS - PATH_SHAPE_BITS)).unwrap_or_default().max(1))
    }

    /// One of this number; `None` if it has more bits.
    pub(crate) fn from_number(number: u32) -> Option<PathShape> {
        (number >> PATH_SHAPE_BITS == 0).then_some(PathShape(number))
    }

    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_what_varies_does_not_count() {
        let shape = |path: &str| PathShape::of(path.as_bytes());
        assert_eq!(shape("/rooms/12"), shape("/rooms/7f3a"));
        assert_eq!(shape("/rooms/12/live"), shape("/rooms/0/live"));
        for other in ["/rooms", "/rooms/", "/rooms/twelve", "/rooms/12/", "/12/rooms", "/", ""] {
            assert_ne!(shape("/rooms/12"), shape(other), "{other}");
        }
        assert_ne!(shape("/"), PathShape::UNKNOWN);
    }
}
