//! What paths are called.

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::codec::wire::number::each;
use crate::path_names;
use crate::path_shape::PathShape;

/// A path of each shape, in the order of the shapes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PathNames(Vec<(u32, Vec<u8>)>);

impl From<&path_names::PathNames> for PathNames {
    fn from(names: &path_names::PathNames) -> PathNames {
        PathNames(names.iter().map(|(shape, path)| (shape.number(), path.to_vec())).collect())
    }
}

impl PathNames {
    pub(super) fn into_names(self) -> Result<path_names::PathNames, CodecError> {
        let paths = each(self.0, |(shape, path)| {
            let unknown = CodecError::Impossible("a path of too many bits");
            Ok((PathShape::from_number(shape).ok_or(unknown)?, path.into()))
        })?;
        path_names::PathNames::from_sorted(paths).ok_or(CodecError::Impossible(
            "names of paths that are too many, too long or out of order",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(shapes: impl IntoIterator<Item = u32>) -> PathNames {
        PathNames(shapes.into_iter().map(|shape| (shape, b"/\xff".to_vec())).collect())
    }

    #[test]
    fn ok_names_are_what_they_were() {
        let back = names(0..4096).into_names().unwrap();
        assert_eq!(PathNames::from(&back), names(0..4096));
    }

    #[test]
    fn err_what_no_lines_can_have_left() {
        let too_long = PathNames(vec![(0, vec![b'a'; 121])]);
        for forged in [names(0..4097), names([1, 0]), names([1, 1]), names([1 << 20]), too_long] {
            assert!(forged.into_names().is_err());
        }
    }
}
