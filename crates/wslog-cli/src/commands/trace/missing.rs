//! Keys that were nowhere, and where was looked for them.

use wslog::parse::{NamedFormat, Variable};
use wslog::{Capability, InputSummary, Source, Tracing};

use crate::complaint;
use crate::vantages::listed;

/// Says on standard error what was not found.
pub(super) fn tell(tracing: &Tracing) {
    lines(tracing).iter().for_each(|line| complaint::notice(line));
}

fn lines(tracing: &Tracing) -> Vec<String> {
    let Tracing { traces, missing, input, keyed, .. } = tracing;
    let place = place(input, *keyed);
    let key = |key| format!("key {key} was in none of: {place}");
    let mut lines: Vec<_> = missing.iter().map(key).collect();
    if missing.is_empty() && traces.is_empty() {
        lines.push(format!("no handshake with a key failed or was downgraded in: {place}"));
    }
    if !lines.is_empty() {
        lines.extend(keyless(input));
    }
    lines
}

/// Where was looked.
fn place(input: &InputSummary, keyed: u64) -> String {
    let paths: Vec<_> = input.sources.iter().map(|source| source.path.clone()).collect();
    let mut counts =
        vec![counted(input.lines, "line"), format!("{} with a key", counted(keyed, "handshake"))];
    if input.outside_period > 0 {
        counts
            .push(format!("{} not in the period asked for", counted(input.outside_period, "line")));
    }
    format!("{} ({})", listed(&paths), counts.join(", "))
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// That some sources could not have shown a key.
fn keyless(input: &InputSummary) -> Option<String> {
    let shows_none = !input.capabilities.contains(&Capability::Key.name());
    let is_keyless = |source: &&Source| {
        source.capture.is_none() && source.parsed > 0 && (shows_none || formats_are_keyless(source))
    };
    let paths: Vec<_> =
        input.sources.iter().filter(is_keyless).map(|source| source.path.clone()).collect();
    (!paths.is_empty()).then(|| {
        format!(
            "no line shows a key in: {}; log $http_sec_websocket_key, as the log_format does that \
             `wslog formats` recommends",
            listed(&paths)
        )
    })
}

/// Whether all formats of its lines are known, and none of them has a key.
fn formats_are_keyless(source: &Source) -> bool {
    let is_keyless = |name: &str| {
        let format = NamedFormat::find(name).and_then(NamedFormat::compile);
        format.is_some_and(|format| !format.variable_set().contains(Variable::HttpSecWebsocketKey))
    };
    source.formats.iter().all(|format| is_keyless(&format.name))
}

#[cfg(test)]
mod tests {
    use wslog::parse::WebSocketKey;
    use wslog::{Analyzer, Options};

    use super::*;

    fn tracing(log: &'static str, missing: Vec<WebSocketKey>) -> Tracing {
        let analyzer = Analyzer::new(Options::default()).reader("a.log", log.as_bytes());
        let input = analyzer.run().unwrap().input;
        Tracing { traces: Vec::new(), missing, input, keyed: 1, problems: Vec::new() }
    }

    #[test]
    fn ok_it_is_said_where_was_looked_and_what_could_show_no_key() {
        let key = WebSocketKey::parse(b"dGhlIHNhbXBsZSBub25jZQ==").unwrap();
        let with_keys =
            include_str!("../../../../../testdata/formats/upstreamlog_key/every-outcome.log");
        let told = lines(&tracing(with_keys, vec![key]));
        assert_eq!(told.len(), 1, "{told:?}");
        let count = with_keys.lines().count();
        let expected = format!(
            "key dGhlIHNhbXBsZSBub25jZQ== was in none of: a.log ({count} lines, 1 handshake with a key)"
        );
        assert_eq!(told[0], expected);

        let combined =
            "10.0.0.2 - - [01/Jan/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 101 0 \"-\" \"a\"\n";
        let told = lines(&tracing(combined, vec![key]));
        assert!(told[1].starts_with("no line shows a key in: a.log; log $http_sec"), "{told:?}");
        let told = lines(&tracing(combined, vec![]));
        assert!(told[0].starts_with("no handshake with a key failed"), "{told:?}");
    }
}
