//! Where on the way requests lost what they lack further in.

use std::collections::BTreeMap;

use crate::correlation::route::{Hop, Route, Verdict};
use crate::correlation::{Correlation, Needed, Tally};

/// Losses that are proven: seen without it at one vantage point, and with it nearer the client. By the
/// hop at which they happen; under none if it is not known which of several it is.
pub(crate) fn locate(
    correlation: &Correlation,
    needed: Needed,
    route: &Route,
) -> BTreeMap<Option<Hop>, Tally> {
    let mut located: BTreeMap<Option<Hop>, Tally> = BTreeMap::new();
    for (lacking, tally) in correlation.lacking.iter().filter(|(it, _)| it.needed == needed) {
        if let Verdict::Proven(hop) = route.judge(lacking) {
            located.entry(hop).or_default().add(*tally);
        }
    }
    located
}
