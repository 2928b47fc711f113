//! Handshakes by way of one peer and of the others, held against each other beside those that are alike.
//!
//! Whether one peer fails more is the log-rank test of when clients first fail: N. Mantel, "Evaluation of survival
//! data and two new rank order statistics arising in its consideration", Cancer Chemotherapy Reports 50 (1966),
//! with the peer as what varies over time: D. R. Cox, "Regression models and life-tables", Journal of the Royal
//! Statistical Society B 34 (1972). Clients here are addresses. One that never gets through fails once, however
//! often it tries, and whatever comes of its failure, such as a retry by way of the next node, counts for nothing.

use rayon::slice::ParallelSliceMut;

use crate::diagnosis::stratified::Stratum;

/// So many handshakes that follow each other are of one time; of very many the most times there are.
const TOGETHER: usize = 20;
const MOST_TIMES: usize = 64;

/// A handshake by way of one of the peers. Of what is alike until there, whatever the order of the log, the
/// order is that of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attempt {
    pub(super) path: u32,
    /// The power of two of how many of its address there were with it: the first is 0, the next two are 1. 0 where
    /// that does not matter.
    pub(super) turn: u32,
    pub(super) start: i64,
    /// The client's address.
    pub(super) address: u64,
    pub(super) is_failed: bool,
    /// By its number.
    pub(super) peer: u32,
}

/// What is of one path, turn and time, where both sides are there; of those in order.
pub(super) fn strata(attempts: &[Attempt], own: u32) -> Vec<Stratum> {
    let is_both = |it: &Stratum| it.own.total > 0 && it.others.total > 0;
    times(attempts).map(|together| stratum(together, own)).filter(is_both).collect()
}

/// Of each address all until its first failure, that one too, in order.
pub(super) fn until_failure(mut attempts: Vec<Attempt>) -> Vec<Attempt> {
    attempts.par_sort_unstable_by_key(|it| (it.address, it.start, it.path, it.is_failed, it.peer));
    let mut until = Vec::new();
    for of_one in attempts.chunk_by(|one, next| one.address == next.address) {
        let last = of_one.iter().position(|it| it.is_failed).unwrap_or(of_one.len());
        let turns = (1_usize..).map(usize::ilog2);
        until.extend(
            of_one.iter().take(last + 1).zip(turns).map(|(it, turn)| Attempt { turn, ..*it }),
        );
    }
    until.par_sort_unstable();
    until
}

fn times(attempts: &[Attempt]) -> impl Iterator<Item = &[Attempt]> {
    let is_alike = |one: &Attempt, next: &Attempt| (one.path, one.turn) == (next.path, next.turn);
    attempts.chunk_by(is_alike).flat_map(|alike| {
        let times = (alike.len() / TOGETHER).clamp(1, MOST_TIMES);
        alike.chunks(alike.len().div_ceil(times).max(1))
    })
}

fn stratum(together: &[Attempt], own: u32) -> Stratum {
    let mut stratum = Stratum::default();
    for attempt in together {
        let is_own = attempt.peer == own;
        let group = if is_own { &mut stratum.own } else { &mut stratum.others };
        group.total += 1;
        group.failed += u64::from(attempt.is_failed);
    }
    stratum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnosis::stratified::fails_more;

    fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
        let one = (0_u32..2, 0_i64..40, 0_u64..8, any::<bool>(), 0_u32..3);
        let one = one.prop_map(|(path, start, address, is_failed, peer)| Attempt {
            path,
            turn: 0,
            start,
            address,
            is_failed,
            peer,
        });
        prop::collection::vec(one, 0..120)
    }

    /// Those of an address that came before this one.
    fn before<'a>(all: &'a [Attempt], it: &'a Attempt) -> impl Iterator<Item = &'a Attempt> {
        let key = |it: &Attempt| (it.start, it.path, it.is_failed, it.peer);
        all.iter().filter(move |other| other.address == it.address && key(other) < key(it))
    }

    proptest! {
        #[test]
        fn ok_each_address_counts_until_it_fails(mut all in attempts()) {
            // Each once: of those that are the same one cannot be told from the other.
            all.sort_unstable();
            all.dedup();
            let is_meant = |it: &&Attempt| before(&all, it).all(|other| !other.is_failed);
            let turn = |it: &Attempt| (before(&all, it).count() + 1).ilog2();
            let mut expected: Vec<Attempt> = all
                .iter()
                .filter(is_meant)
                .map(|it| Attempt { turn: turn(it), ..*it })
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(until_failure(all), expected);
        }

        #[test]
        fn ok_the_order_of_the_log_is_nothing(
            (all, shuffled) in attempts().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        ) {
            prop_assert_eq!(until_failure(all), until_failure(shuffled));
        }

        #[test]
        fn ok_what_comes_of_a_failure_is_nothing(all in attempts(), retries in attempts()) {
            let has_failed = |address| all.iter().any(|it| it.address == address && it.is_failed);
            let later = retries.into_iter().map(|it| Attempt { start: it.start + 40, ..it });
            let later: Vec<Attempt> = later.filter(|it| has_failed(it.address)).collect();
            let with_retries = [&all[..], &later].concat();
            prop_assert_eq!(until_failure(with_retries), until_failure(all));
        }

        #[test]
        fn ok_strata_are_of_both_sides(mut all in attempts(), own in 0_u32..3) {
            all.sort_unstable();
            let strata = strata(&all, own);
            prop_assert!(strata.iter().all(|it| it.own.total > 0 && it.others.total > 0));
            let failed: u64 = strata.iter().map(|it| it.own.failed).sum();
            prop_assert!(failed <= all.iter().filter(|it| it.peer == own && it.is_failed).count() as u64);
        }
    }

    fn attempt(address: u64, start: i64, peer: u32, is_failed: bool) -> Attempt {
        Attempt { path: 0, turn: 0, start, address, is_failed, peer }
    }

    fn p(all: Vec<Attempt>) -> f64 {
        fails_more(&strata(&until_failure(all), 0))
    }

    #[test]
    fn ok_times_are_of_about_twenty() {
        let all = |count: i64| (0..count).map(|it| attempt(0, it, 0, false)).collect::<Vec<_>>();
        let lengths = |count| times(&all(count)).map(<[Attempt]>::len).collect::<Vec<_>>();
        assert_eq!(lengths(39), [39]);
        assert_eq!(lengths(45), [23, 22]);
        assert_eq!(lengths(64 * 100), [100; 64]);
        assert!(lengths(0).is_empty());
    }

    #[test]
    fn ok_who_fares_well_by_the_others_is_evidence() {
        // Each of sixteen goes by way of three others, then by way of this one, where it fails.
        let of_one = |address: u64| {
            let start = address.cast_signed() * 4;
            (0..4).map(move |turn: u32| {
                attempt(address, start + i64::from(turn), 3 - turn, turn == 3)
            })
        };
        // By the same turns others do as well, but in another order.
        let of_other = |address: u64| {
            let start = address.cast_signed() * 4;
            (0..4)
                .map(move |turn: u32| attempt(100 + address, start + i64::from(turn), turn, false))
        };
        assert!(p((0..16).flat_map(of_one).chain((0..16).flat_map(of_other)).collect()) < 1e-4);
    }

    #[test]
    fn ok_few_clients_that_never_get_through_are_few() {
        // A hundred and twenty stay with one of two each; three of the first one try again and again.
        let fine = (0..120_u32).flat_map(|it| {
            (0..5).map(move |turn| attempt(it.into(), i64::from(turn * 120 + it), it % 2, false))
        });
        let bad = (0..1500).map(|it| attempt(1000 + it % 3, it.cast_signed() / 3, 0, true));
        let found = p(fine.chain(bad).collect());
        assert!((0.05..0.5).contains(&found), "{found}");
    }

    /// Steele's generator of numbers that look like chance.
    fn chance(state: &mut u64, of: u64) -> u64 {
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % of
    }

    /// Four peers that are alike. Each client stays with one of them; every tenth fails nearly always, and then
    /// tries often, the others one time in thirty.
    fn healthy(state: &mut u64) -> Vec<Attempt> {
        let mut all = Vec::new();
        for address in 0..60 {
            let (peer, is_bad) = (u32::try_from(chance(state, 4)).unwrap(), chance(state, 10) == 0);
            let count = if is_bad { 40 } else { 1 + chance(state, 12) };
            let share = if is_bad { 27 } else { 1 };
            for _ in 0..count {
                let start = chance(state, 86_400_000).cast_signed();
                all.push(attempt(address, start, peer, chance(state, 30) < share));
            }
        }
        all
    }

    #[test]
    fn ok_of_healthy_peers_few_seem_worse() {
        let mut state = 7;
        let many = 2000;
        let found: Vec<f64> = (0..many).map(|_| p(healthy(&mut state))).collect();
        let below = |limit: f64| found.iter().filter(|p| **p < limit).count();
        // As many as the test allows, and what chance adds to that.
        assert!(below(0.05) < many / 20 + 30, "{}", below(0.05));
        assert!(below(0.01) < many / 100 + 14, "{}", below(0.01));
        assert!(below(0.5) > many / 5, "{}", below(0.5));
    }
}
