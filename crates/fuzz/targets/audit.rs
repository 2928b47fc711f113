//! Any bytes are a configuration that is judged, or an error; a patch leaves a configuration.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wslog::{Audit, AuditOptions, ConfPlace, NginxVersion};

const NAME: &str = "fuzz.conf";

/// One before each change that is known, and what is told without one.
const VERSIONS: [Option<&str>; 5] =
    [None, Some("1.3.12"), Some("1.24.0"), Some("1.29.7"), Some("1.31.0")];

fuzz_target!(|data: &[u8]| {
    for version in VERSIONS {
        let version = version.map(|it| it.parse().expect("it is a version"));
        let Some(audit) = judge(data, version) else { return };
        has_places(data, &audit);
        let again = judge(data, version).map(|audit| text(&audit));
        assert_eq!(again.as_deref(), Some(text(&audit).as_str()));
        if let Some(mended) = patched(data, audit.patch_bytes()) {
            assert!(judge(&mended, version).is_some(), "{}", mended.escape_ascii());
        }
    }
});

fn judge(text: &[u8], nginx_version: Option<NginxVersion>) -> Option<Audit> {
    Audit::read_from(NAME, text, &AuditOptions { nginx_version, logs: None }).ok()
}

fn text(audit: &Audit) -> String {
    serde_json::to_string(audit).expect("an audit is JSON")
}

fn has_places(text: &[u8], audit: &Audit) {
    audit.problems.iter().for_each(|problem| lies_in(text, &problem.place));
    audit.locations.iter().for_each(|location| lies_in(text, &location.place));
    for finding in &audit.findings {
        let severity = finding.places.iter().map(|it| it.severity).min();
        assert_eq!(severity, Some(finding.severity), "{}", finding.id);
        assert!(finding.patch.is_empty() || !audit.patch.is_empty(), "{}", finding.id);
        for place in &finding.places {
            lies_in(text, &place.place);
            assert!(place.location.is_none_or(|index| index < audit.locations.len()));
        }
    }
}

/// Whether there is such a place. Files of a dump are shorter than the dump.
fn lies_in(text: &[u8], place: &ConfPlace) {
    let mut lines = text.split(|&byte| byte == b'\n');
    assert!(place.line >= 1 && place.column >= 1);
    let line = lines.nth(place.line - 1).expect("there is such a line");
    assert!(*place.file != *NAME || place.column <= line.len() + 1, "{place}");
}

/// The text with its patch; `None` where that is for the files of a dump.
fn patched(text: &[u8], patch: &[u8]) -> Option<Vec<u8>> {
    let head = format!("--- {NAME}\n+++ {NAME}\n");
    let hunks = match patch {
        [] => return Some(text.to_vec()),
        _ => patch.strip_prefix(head.as_bytes())?,
    };
    let mut old = text.split_inclusive(|&byte| byte == b'\n').enumerate().peekable();
    let mut new: Vec<u8> = Vec::new();
    let mut is_of_new = false;
    for line in hunks.split_inclusive(|&byte| byte == b'\n') {
        match line.split_first()? {
            (b'@', _) => {
                let start = first_line(line);
                while let Some((_, kept)) = old.next_if(|(index, _)| index + 1 < start) {
                    new.extend(kept);
                }
            }
            // No newline follows at the end of the file.
            (b'\\', _) if is_of_new => {
                new.pop();
            }
            (b'\\', _) => {}
            (b'+', added) => new.extend(added),
            (sign, gone) => {
                let (_, is) = old.next().expect("there is such a line");
                assert_eq!(is.trim_ascii_end(), gone.trim_ascii_end());
                new.extend((*sign == b' ').then_some(gone).unwrap_or_default());
            }
        }
        is_of_new = matches!(line.first(), Some(b' ' | b'+'));
    }
    old.for_each(|(_, kept)| new.extend(kept));
    Some(new)
}

/// Where in the old text a hunk starts: `@@ -3,4 +3,5 @@`.
fn first_line(head: &[u8]) -> usize {
    let head = std::str::from_utf8(head).expect("a hunk's head is text");
    let number = head.trim_start_matches("@@ -").split([',', ' ']).next();
    number.and_then(|it| it.parse().ok()).expect("it has a line")
}
