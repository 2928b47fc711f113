//! The ends of a row of numbers.

/// The three least and the three greatest of some numbers: one may be a freak, three are not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extremes {
    /// In ascending order.
    least: [Option<i64>; 3],
    /// In descending order.
    greatest: [Option<i64>; 3],
}

impl Extremes {
    pub(super) fn add(&mut self, number: i64) {
        insert(&mut self.least, number, |one, other| one < other);
        insert(&mut self.greatest, number, |one, other| one > other);
    }

    pub(super) fn absorb(&mut self, other: Extremes) {
        other.least.into_iter().flatten().for_each(|it| {
            insert(&mut self.least, it, |one, other| one < other);
        });
        other.greatest.into_iter().flatten().for_each(|it| {
            insert(&mut self.greatest, it, |one, other| one > other);
        });
    }

    /// Those of the same numbers below zero where they were above.
    pub(super) fn turned(self) -> Extremes {
        let negative = |numbers: [Option<i64>; 3]| numbers.map(|number| number.map(|it| -it));
        Extremes { least: negative(self.greatest), greatest: negative(self.least) }
    }

    /// The third greatest and the third least, if there are three.
    pub(super) fn enough(&self) -> Option<(i64, i64)> {
        self.greatest[2].zip(self.least[2])
    }

    /// The least of all; of none more than any.
    pub(super) fn least(&self) -> i64 {
        self.least[0].unwrap_or(i64::MAX / 2)
    }

    /// The greatest of all; of none less than any.
    pub(super) fn greatest(&self) -> i64 {
        self.greatest[0].unwrap_or(i64::MIN / 2)
    }
}

fn insert(sorted: &mut [Option<i64>; 3], number: i64, is_before: impl Fn(i64, i64) -> bool) {
    let mut number = Some(number);
    for place in sorted {
        let comes_here = match (*place, number) {
            (Some(kept), Some(number)) => is_before(number, kept),
            (kept, _) => kept.is_none(),
        };
        if comes_here {
            std::mem::swap(place, &mut number);
        }
    }
}
