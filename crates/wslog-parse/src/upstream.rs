//! The lists nginx logs for upstream servers: one element an attempt, `, ` between attempts,
//! ` : ` between groups after an internal redirect
//! ([ngx_http_upstream_module](https://nginx.org/en/docs/http/ngx_http_upstream_module.html#variables)).

use std::fmt;

use crate::syntax::SEPARATORS;
use crate::window::find;

/// The elements of `$upstream_addr`, `$upstream_status` or an upstream time, in the order of the
/// attempts, as they stand in the line. An element may be `-`.
#[derive(Clone, Copy)]
pub struct UpstreamList<'a> {
    rest: Option<&'a [u8]>,
    /// Whether it is known that there is one element left.
    is_last: bool,
}

impl<'a> UpstreamList<'a> {
    /// The elements of a list as it is logged; never empty.
    pub fn new(list: &'a [u8]) -> UpstreamList<'a> {
        UpstreamList { rest: Some(list), is_last: false }
    }

    /// What is left of the list, as it is logged; empty behind the last element.
    #[inline]
    pub fn as_logged(&self) -> &'a [u8] {
        self.rest.unwrap_or_default()
    }

    /// A list of this one element.
    pub(crate) fn one(element: &'a [u8]) -> UpstreamList<'a> {
        UpstreamList { rest: Some(element), is_last: true }
    }
}

impl PartialEq for UpstreamList<'_> {
    fn eq(&self, other: &UpstreamList<'_>) -> bool {
        self.rest == other.rest
    }
}

impl Eq for UpstreamList<'_> {}

impl fmt::Debug for UpstreamList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.map(|element| element.escape_ascii().to_string())).finish()
    }
}

impl<'a> Iterator for UpstreamList<'a> {
    type Item = &'a [u8];

    /// The last attempt, which is nearly always the only one.
    #[inline]
    fn last(self) -> Option<&'a [u8]> {
        match self.rest {
            Some(list) if !self.is_last && find(b' ', list).is_some() => {
                self.fold(None, |_, element| Some(element))
            }
            only => only,
        }
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        let list = self.rest.take()?;
        if self.is_last {
            return Some(list);
        }
        let mut from = 0;
        // Both separators have a space in them, and no element has one.
        while let Some(space) = find(b' ', &list[from..]).map(|space| from + space) {
            for separator in SEPARATORS {
                let start = space.saturating_sub(usize::from(separator[0] != b' '));
                if list[start..].starts_with(separator) {
                    self.rest = Some(&list[start + separator.len()..]);
                    return Some(&list[..start]);
                }
            }
            from = space + 1;
        }
        Some(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_attempts_and_groups() {
        for (list, elements) in [
            ("-", &["-"][..]),
            ("127.0.0.1:8019, 127.0.0.1:8018", &["127.0.0.1:8019", "127.0.0.1:8018"]),
            ("[::1]:80 : unix:/a.sock, -", &["[::1]:80", "unix:/a.sock", "-"]),
            ("", &[""]),
        ] {
            let found: Vec<_> = UpstreamList::new(list.as_bytes()).collect();
            let expected: Vec<_> = elements.iter().map(|element| element.as_bytes()).collect();
            assert_eq!(found, expected, "{list}");
        }
    }
}
