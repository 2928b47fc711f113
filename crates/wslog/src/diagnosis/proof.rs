//! What proves a downgrade, in words.

use std::collections::BTreeMap;

use crate::analysis::LocatedRow;
use crate::diagnosis::Facts;
use crate::diagnosis::http10_downgrade::is_only_captured;
use crate::diagnosis::phrase::{counted_are, list, share};

/// Most hops in words.
const NAMED: usize = 4;

/// Why HTTP/1.0 is not what the client asked with, and where on the way it became that.
pub(super) fn statements(facts: &Facts<'_>) -> Vec<String> {
    let downgrades = facts.downgrades;
    if downgrades.proven == 0 {
        return vec![suspected(facts)];
    }
    let mut statements = vec![format!(
        "Proven by the Sec-WebSocket-Key for {} of these: nearer the client, at the same time, they \
         were HTTP/1.1 or higher, as a conforming client asks (RFC 6455, section 4.1).",
        share(downgrades.proven, downgrades.total)
    )];
    statements.extend(hops(&downgrades.located, ["as HTTP/1.1 or higher", "as HTTP/1.0"]));
    statements
}

/// Between which two that was lost which they had before, in words, and not behind.
pub(super) fn hops(located: &[LocatedRow], [had, lacked]: [&str; 2]) -> Vec<String> {
    let hops = located.iter().filter_map(|row| Some((row, hop(row)?)));
    let statement = |(row, (after, before)): (&LocatedRow, (&str, &str))| {
        let assumed = if row.is_assumed { " (taken for the client's own side)" } else { "" };
        format!(
            "{} of requests that left {after}{assumed} {had} and reached {before} {lacked}.",
            counted_are(row.count, "sighting")
        )
    };
    let mut statements: Vec<String> = hops.take(NAMED).map(statement).collect();
    let unknown: u64 = located.iter().filter(|row| hop(row).is_none()).map(|row| row.count).sum();
    if unknown > 0 {
        statements.push(format!("Of {unknown} it is not known between which two that happened."));
    }
    statements
}

/// Where to look, if it is known.
pub(super) fn place(facts: &Facts<'_>) -> Option<String> {
    let mut ways: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (after, before) in facts.downgrades.located.iter().filter_map(hop) {
        ways.entry(before).or_default().push(after);
    }
    let way =
        |(before, after): (&&str, &Vec<&str>)| format!("from {} to {before}", list(after, NAMED));
    let ways: Vec<_> = ways.iter().map(way).collect();
    (!ways.is_empty()).then(|| format!("whatever passes requests on {}", list(&ways, NAMED)))
}

fn suspected(facts: &Facts<'_>) -> String {
    let server = if is_only_captured(facts) { "the server in the capture" } else { "nginx" };
    let missing = match facts.input.sources.iter().any(|source| source.capture.is_some()) {
        false => {
            "the same Sec-WebSocket-Key at HTTP/1.1 in a capture at the client would prove it."
        }
        true => {
            "none of their keys was seen at HTTP/1.1 or higher at a place known to be nearer the \
             client."
        }
    };
    format!(
        "A conforming client asks with HTTP/1.1 or higher (RFC 6455, section 4.1): something in \
         front of {server} rewrites the request. Suspected; {missing}"
    )
}

fn hop(row: &LocatedRow) -> Option<(&str, &str)> {
    row.after.as_deref().zip(row.before.as_deref())
}
