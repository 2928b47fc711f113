//! The analysis as it is. What JSON may hold raw and a terminal should not is escaped as well.

use std::io::{self, Write};

use wslog::Analysis;

use crate::disarm::is_harmless;

pub(crate) fn render(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(analysis)?;
    writeln!(to, "{}", disarmed(&json))
}

/// The same JSON, with escapes instead of characters that a terminal should not get.
pub(crate) fn disarmed(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    // Such characters stand in strings only, where an escape means the same.
    while let Some(at) = rest.find(|c| !is_harmless(c) && c != '\n') {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        let mut characters = from.chars();
        let mut units = [0; 2];
        for unit in characters.next().into_iter().flat_map(|c| c.encode_utf16(&mut units).to_vec())
        {
            text += &format!("\\u{unit:04x}");
        }
        rest = characters.as_str();
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use wslog::{Analyzer, Options};

    use super::*;

    #[test]
    fn ok_a_terminal_gets_no_control_character_and_a_program_the_same_text() {
        let name = "a\u{9b}31m\u{7f}\u{202e}\u{e0041}\n\"b\u{e9}";
        let analyzer = Analyzer::new(Options::default()).reader(name, io::empty());
        let mut json = Vec::new();
        render(&analyzer.run().unwrap(), &mut json).unwrap();
        let text = std::str::from_utf8(&json).unwrap();
        assert!(text.chars().all(|c| is_harmless(c) || c == '\n'), "{text}");
        let report: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(report["input"]["sources"][0]["path"], name);
    }
}
