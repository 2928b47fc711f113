//! The first few of many, by value.

/// The smallest ten values seen. Which ten does not depend on the order they come in, so tables
/// merge in any order.
#[derive(Clone, Debug)]
pub(crate) struct Few<T> {
    sorted: Vec<T>,
}

impl<T> Default for Few<T> {
    fn default() -> Few<T> {
        Few { sorted: Vec::new() }
    }
}

/// How many are kept.
const LIMIT: usize = 10;

impl<T> Few<T> {
    /// Keeps the value that `make` gives if its key is among the smallest.
    pub(crate) fn offer<K: Ord>(
        &mut self,
        key: &K,
        key_of: impl Fn(&T) -> K,
        make: impl FnOnce() -> T,
    ) {
        // Most that is offered comes behind all that is kept.
        let is_full = self.sorted.len() == LIMIT;
        if is_full && self.sorted.last().is_some_and(|last| key_of(last) <= *key) {
            return;
        }
        let at = self.sorted.partition_point(|kept| key_of(kept) < *key);
        if at < LIMIT {
            self.sorted.insert(at, make());
            self.sorted.truncate(LIMIT);
        }
    }

    /// Keeps the smallest of both.
    pub(crate) fn absorb<K: Ord>(&mut self, other: Few<T>, key_of: impl Fn(&T) -> K) {
        self.sorted.extend(other.sorted);
        self.sorted.sort_by_key(key_of);
        self.sorted.truncate(LIMIT);
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.sorted.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.sorted.iter_mut()
    }
}
