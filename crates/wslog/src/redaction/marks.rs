//! Names in the texts of a report, marked as such: so it is known at the end what in a sentence is a name,
//! while all that is compared, sorted and judged are the names themselves.

/// What kind of name it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// An address or a host name, with a port or without; what a vantage point is called.
    Address,
    /// What a capture is called, with `capture:` in front.
    Capture,
    /// The path of an input.
    File,
    /// What a request asked for, without its query.
    Path,
}

/// Whether names are marked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    pub(crate) are_on: bool,
}

/// What begins a name, and what ends it, behind which its kind stands. The end is less than any character, so
/// that of two names that begin alike the shorter one stays the first.
const BEGINNING: char = '\u{e000}';
const END: char = '\0';

/// What stands for each kind.
const KINDS: [(char, Kind); 4] =
    [('a', Kind::Address), ('c', Kind::Capture), ('f', Kind::File), ('p', Kind::Path)];

impl Marks {
    /// A name as it stands in a text.
    pub(crate) fn mark(self, kind: Kind, name: String) -> String {
        // That there is nobody is not somebody's name.
        if !self.are_on || matches!(name.as_str(), "" | "-" | "unix:") {
            return name;
        }
        let letter = KINDS.iter().find(|(_, it)| *it == kind).map_or('a', |(letter, _)| *letter);
        format!("{BEGINNING}{}{END}{letter}", name.replace([BEGINNING, END], "\u{fffd}"))
    }
}

/// A name without its mark.
pub(crate) fn plain(name: &str) -> &str {
    let marked = name.strip_prefix(BEGINNING).and_then(|rest| rest.split_once(END));
    match marked {
        Some((plain, letter)) if letter.len() == 1 => plain,
        _ => name,
    }
}

/// The text with something else in place of each name.
pub(super) fn replaced(text: &str, mut replace: impl FnMut(Kind, &str) -> String) -> String {
    let mut parts = text.split(BEGINNING);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(END).unwrap_or((part, "a"));
        let mut rest = rest.chars();
        let letter = rest.next();
        let kind = KINDS.iter().find(|(it, _)| Some(*it) == letter);
        replaced += &replace(kind.map_or(Kind::Address, |(_, kind)| *kind), name);
        replaced += rest.as_str();
    }
    replaced
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ON: Marks = Marks { are_on: true };

    proptest! {
        #[test]
        fn ok_names_are_found_again_and_keep_their_order(one in ".{1,8}", other in ".{1,8}") {
            let clean = |name: &str| name.replace([BEGINNING, END], "\u{fffd}");
            prop_assume!(![&one, &other].iter().any(|it| matches!(it.as_str(), "-")));
            let [first, second] = [&one, &other].map(|name| ON.mark(Kind::Address, name.clone()));
            prop_assert_eq!(plain(&first), clean(&one));
            prop_assert_eq!(first.cmp(&second), clean(&one).cmp(&clean(&other)));
            let mut names = Vec::new();
            let text = replaced(&format!("At {first} and {second}."), |_, name| {
                names.push(name.to_owned());
                "x".into()
            });
            prop_assert_eq!(text, "At x and x.");
            prop_assert_eq!(names, [clean(&one), clean(&other)]);
        }
    }

    #[test]
    fn ok_nobody_has_no_mark() {
        assert_eq!(ON.mark(Kind::Address, "-".into()), "-");
        assert_eq!(Marks::default().mark(Kind::Path, "/ws".into()), "/ws");
        assert_eq!(plain("10.0.0.1"), "10.0.0.1");
    }
}
