//! Text from a log, made harmless for where it is shown.

/// For a terminal: control characters and those that reorder or hide text are shown escaped.
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match is_harmless(c) {
            true => printable.push(c),
            false => printable.extend(c.escape_unicode()),
        }
    }
    printable
}

/// Whether a terminal shows the character and does nothing else with it.
pub(crate) fn is_harmless(c: char) -> bool {
    !c.is_control() && !is_invisible(c)
}

/// Marks that change the direction of text or have no width (Unicode's bidirectional controls,
/// zero-width characters, separators that start a new line).
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// What parts two characters in Markdown, and shows nowhere.
const APART: &str = "<!-- -->";

/// For Markdown: the same, and what would be markup is escaped.
pub(crate) fn markdown(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len());
    let mut before = ' ';
    for c in printable(text).chars() {
        match c {
            // A mention would call people, or an issue, who have nothing to do with it; an address of mail
            // becomes a link.
            '@' | '#' => {
                markdown.push(c);
                markdown.push_str(APART);
            }
            // No link that somebody else chose.
            '/' if before == ':' => {
                markdown.push_str(APART);
                markdown.push(c);
            }
            '.' if before == 'w' => {
                markdown.push_str(APART);
                markdown.push(c);
            }
            '&' => markdown.push_str("&amp;"),
            '<' => markdown.push_str("&lt;"),
            '>' => markdown.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => {
                markdown.push('\\');
                markdown.push(c);
            }
            _ => markdown.push(c),
        }
        before = c;
    }
    markdown
}

/// For a spreadsheet: control characters are shown escaped, and a cell that would be read as a
/// formula, in whichever width its first character is, gets a quote in front.
pub(crate) fn cell(text: &str) -> String {
    let text = printable(text);
    let is_formula = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if is_formula && text != "-" { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_terminal_gets_no_control_character() {
        assert_eq!(printable("a\x1b[2J\u{9b}\u{202e}b"), "a\\u{1b}[2J\\u{9b}\\u{202e}b");
        assert_eq!(printable("Zürich 東京"), "Zürich 東京");
    }

    #[test]
    fn ok_a_ticket_calls_nobody_and_leads_nowhere() {
        assert_eq!(markdown("web1@set @all"), "web1@<!-- -->set @<!-- -->all");
        assert_eq!(markdown("#1"), "#<!-- -->1");
        assert_eq!(markdown("http://a.example"), "http:<!-- -->//a.example");
        assert_eq!(markdown("www.a.example"), "www<!-- -->.a.example");
        assert_eq!(markdown("<b>*x*"), "&lt;b&gt;\\*x\\*");
    }

    #[test]
    fn ok_a_spreadsheet_gets_no_formula() {
        assert_eq!(cell("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(cell("\t=1"), "\\u{9}=1");
        assert_eq!(cell("＝1"), "'＝1");
        assert_eq!(cell("-"), "-");
        assert_eq!(cell("10.0.0.1"), "10.0.0.1");
    }
}
