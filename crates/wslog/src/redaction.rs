//! Pseudonyms for what a report must not give away: one and the same for one and the same original,
//! wherever it shows, so that who fails and where on the way can still be followed.
//!
//! Each is an HMAC-SHA-256 (RFC 2104, FIPS 180-4) of the original. Addresses are so few that whoever had
//! the key could try them all; nobody has it who was not given it.
//!
//! All is counted, compared and judged by its own name. Names are marked on their way into a report, and
//! the last that is done to it is to put pseudonyms in their place.

pub(crate) mod marks;
mod pseudonyms;
mod report;

use std::fmt;

use serde::Serialize;

use crate::analysis::Analysis;
use crate::options::Options;
use crate::redaction::pseudonyms::Pseudonyms;
use crate::trace::Trace;

/// What pseudonyms are made with: 32 random bytes, which are not kept.
#[derive(Clone, PartialEq, Eq)]
pub struct RedactionKey([u8; 32]);

impl RedactionKey {
    /// The key of these bytes. The same bytes give the same pseudonyms.
    pub const fn new(bytes: [u8; 32]) -> RedactionKey {
        RedactionKey(bytes)
    }
}

impl fmt::Debug for RedactionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedactionKey")
    }
}

/// A kind of what a report does not show as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Redacted {
    /// What it is.
    pub what: &'static str,
    /// What stands in its place.
    pub shown_as: &'static str,
}

/// All that is redacted where anything is.
const REDACTED: &[Redacted] = &[
    Redacted { what: "addresses and host names", shown_as: "addr-… (ports stay)" },
    Redacted { what: "Sec-WebSocket-Keys", shown_as: "another key of 16 bytes" },
    Redacted {
        what: "folders and files",
        shown_as: "dir-… and file-… (but for common names such as access.log)",
    },
    Redacted {
        what: "segments of paths",
        shown_as: "seg-… (but for common words such as ws and socket.io)",
    },
    Redacted {
        what: "what malformed and ambiguous lines hold, and what stands between a format's variables",
        shown_as: HIDDEN,
    },
];

/// What stands for free text.
const HIDDEN: &str = "(redacted)";

/// Puts pseudonyms into an analysis, if that is asked for.
pub(crate) fn redact(analysis: &mut Analysis, options: &Options) {
    if let Some(key) = &options.redaction {
        Pseudonyms::new(key, &options.vantages).analysis(analysis);
    }
}

/// Puts pseudonyms into traces, if that is asked for.
pub(crate) fn redact_traces(traces: &mut [Trace], options: &Options) {
    if let Some(key) = &options.redaction {
        let mut pseudonyms = Pseudonyms::new(key, &options.vantages);
        traces.iter_mut().for_each(|trace| pseudonyms.trace(trace));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_key_is_not_shown() {
        assert_eq!(format!("{:?}", RedactionKey::new([7; 32])), "RedactionKey");
    }
}
