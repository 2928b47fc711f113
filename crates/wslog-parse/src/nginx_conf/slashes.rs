//! Comments as other languages have them, which nginx takes for directives or arguments.

use std::sync::Arc;

use super::place::{Place, Position};

/// A `//` that was surely meant to start a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlashComment {
    /// Where it starts.
    pub place: Place,
    /// Whether the directive in front of it, on its line, has no `;`.
    pub lacks_semicolon: bool,
}

/// The comments of a file that begin with `//`, whether it can be read or not. Each line is looked at by
/// itself, so a text in quotes that goes over several may hide one, or look like one.
pub fn slash_comments(name: &str, text: &[u8]) -> Vec<SlashComment> {
    let file = Arc::from(name);
    let lines = text.split(|&byte| byte == b'\n').zip(1..);
    let found = lines.filter_map(|(text, line)| {
        let at = comment(text)?;
        let before = text.get(..at)?.trim_ascii_end();
        let is_ended = matches!(before.last(), None | Some(b';' | b'{' | b'}'));
        let place = Place::new(&file, Position { line, column: at + 1 });
        Some(SlashComment { place, lacks_semicolon: !is_ended })
    });
    found.collect()
}

/// Where the first word of a line starts that begins with `//`, in front of any real comment.
fn comment(line: &[u8]) -> Option<usize> {
    let mut quote = None;
    let mut is_start = true;
    for (at, &byte) in line.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'#') if is_start => return None,
            (None, b'"' | b'\'') if is_start => quote = Some(byte),
            (None, b'/') if is_start && line.get(at + 1) == Some(&b'/') => return Some(at),
            _ => {}
        }
        is_start = byte.is_ascii_whitespace() || matches!(byte, b';' | b'{' | b'}');
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_comment_is_a_word_of_its_own() {
        let text = b"listen 80; // one\n// two\nproxy_pass http://a;\n# // no\nset $a '// no';\ngzip on // three\n";
        let found: Vec<_> = slash_comments("a.conf", text)
            .into_iter()
            .map(|it| (it.place.to_string(), it.lacks_semicolon))
            .collect();
        let expected = [("a.conf:1:12", false), ("a.conf:2:1", false), ("a.conf:6:9", true)];
        assert_eq!(found, expected.map(|(place, lacks)| (place.to_owned(), lacks)));
    }
}
