//! What paths are called: of all of one shape the one that reads first.

use std::collections::BTreeMap;

use crate::names::readable;
use crate::path_shape::PathShape;

/// A path of each shape; of too many shapes those of smallest hash, so that tables merge in any order.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathNames {
    kept: BTreeMap<PathShape, Box<[u8]>>,
}

/// Most shapes that are kept.
const MOST: usize = 4096;

/// Longest start of a path that is kept, in bytes.
const MAX_LEN: usize = 120;

impl PathNames {
    /// Keeps a path without its query, if it reads before those of its shape.
    pub(crate) fn learn(&mut self, shape: PathShape, path: &[u8]) {
        let path = path.get(..MAX_LEN).unwrap_or(path);
        if let Some(kept) = self.kept.get_mut(&shape) {
            if path < &**kept {
                *kept = path.into();
            }
            return;
        }
        let is_full = self.kept.len() >= MOST;
        if is_full && self.kept.last_key_value().is_some_and(|(last, _)| *last < shape) {
            return;
        }
        self.kept.insert(shape, path.into());
        if is_full {
            self.kept.pop_last();
        }
    }

    /// Learns all that another table knows.
    pub(crate) fn absorb(&mut self, other: PathNames) {
        other.kept.into_iter().for_each(|(shape, path)| self.learn(shape, &path));
    }

    /// A table of these, in the order of their shapes; `None` if they are in another, too many or too long.
    pub(crate) fn from_sorted(paths: Vec<(PathShape, Box<[u8]>)>) -> Option<PathNames> {
        let is_table = paths.len() <= MOST
            && paths.is_sorted_by(|(one, _), (next, _)| one < next)
            && paths.iter().all(|(_, path)| path.len() <= MAX_LEN);
        is_table.then(|| PathNames { kept: paths.into_iter().collect() })
    }

    /// All that are kept, in the order of their shapes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (PathShape, &[u8])> {
        let PathNames { kept } = self;
        kept.iter().map(|(shape, path)| (*shape, &**path))
    }

    /// One of this shape, for people; `None` where none is kept.
    pub(crate) fn get(&self, shape: PathShape) -> Option<String> {
        self.kept.get(&shape).map(|path| readable(path))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(numbers: &[u32]) -> PathNames {
        let mut names = PathNames::default();
        for number in numbers {
            let path = format!("/{number}");
            names.learn(PathShape::from_number(number / 3).unwrap(), path.as_bytes());
        }
        names
    }

    proptest! {
        #[test]
        fn ok_parts_make_the_whole(
            numbers in prop::collection::vec(0_u32..30_000, 0..20_000),
            cut: prop::sample::Index,
        ) {
            let (front, back) = numbers.split_at(cut.index(numbers.len() + 1));
            let mut parts = of(back);
            parts.absorb(of(front));
            prop_assert!(parts.kept == of(&numbers).kept && parts.kept.len() <= MOST);
        }
    }

    #[test]
    fn ok_the_first_of_a_shape_is_its_name() {
        let names = of(&[32, 31, 30, 40]);
        assert_eq!(names.get(PathShape::from_number(10).unwrap()).unwrap(), "/30");
        assert_eq!(names.get(PathShape::from_number(11).unwrap()), None);
    }
}
