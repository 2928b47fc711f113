//! The first few of many.

/// The values of the ten smallest keys seen. Which ten does not depend on the order they come in,
/// so tables merge in any order.
#[derive(Clone, Debug)]
pub(crate) struct Few<K, T> {
    sorted: Vec<(K, T)>,
}

impl<K, T> Default for Few<K, T> {
    fn default() -> Few<K, T> {
        Few { sorted: Vec::new() }
    }
}

/// How many are kept.
const LIMIT: usize = 10;

impl<K: Ord, T> Few<K, T> {
    /// Whether this key is among the smallest. Most that is offered comes behind all that is kept.
    #[inline]
    pub(crate) fn takes(&self, key: &K) -> bool {
        self.sorted.get(LIMIT - 1).is_none_or(|(last, _)| key < last)
    }

    /// Keeps the value that `make` gives if its key is among the smallest.
    pub(crate) fn offer(&mut self, key: K, make: impl FnOnce() -> T) {
        if self.takes(&key) {
            let at = self.sorted.partition_point(|(kept, _)| *kept < key);
            self.sorted.insert(at, (key, make()));
            self.sorted.truncate(LIMIT);
        }
    }

    /// Keeps the smallest of both.
    pub(crate) fn absorb(&mut self, other: Few<K, T>) {
        self.sorted.extend(other.sorted);
        self.sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.sorted.truncate(LIMIT);
    }

    /// Those of a table; `None` if they are too many or not in the order of their keys.
    pub(crate) fn from_sorted(sorted: Vec<(K, T)>) -> Option<Few<K, T>> {
        let is_table = sorted.len() <= LIMIT && sorted.is_sorted_by(|(a, _), (b, _)| a <= b);
        is_table.then_some(Few { sorted })
    }

    /// The keys and their values, the smallest key first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &(K, T)> {
        self.sorted.iter()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.sorted.iter().map(|(_, value)| value)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.sorted.iter_mut().map(|(_, value)| value)
    }
}
