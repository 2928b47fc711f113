//! How requests on paths begin that are known to open WebSockets: nearly all that are answered 101
//! begin like one before them.

use wslog_parse::Protocol;

/// Some of them: what `$request` shows up to the end of the path.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownRequests(Vec<Option<Box<[u8]>>>);

/// How many there are, and the longest one in bytes.
const LEN: usize = 64;
const MAX_LEN: usize = 256;

impl KnownRequests {
    /// Whether the path of this `$request` is known; `false` says nothing.
    #[inline]
    pub(crate) fn shows(&self, request: &[u8]) -> bool {
        let known = self.0.get(slot(request)).and_then(Option::as_deref);
        match known.and_then(|known| request.strip_prefix(known)) {
            // The path ends where the query begins, or in front of the protocol.
            Some([b'?', ..]) => true,
            Some([b' ', protocol @ ..]) => Protocol::parse(protocol).is_some(),
            _ => false,
        }
    }

    /// Keeps how this `$request` begins, if this is its path and stands one space behind the method.
    #[cold]
    pub(crate) fn keep(&mut self, request: &[u8], path: &[u8]) {
        let Some(space) = request.iter().position(|&byte| byte == b' ') else { return };
        let Some((start, target)) = request.split_at_checked(space + 1) else { return };
        if target.starts_with(path) && start.len() + path.len() <= MAX_LEN {
            self.0.resize(LEN, None);
            self.0[slot(request)] = Some([start, path].concat().into());
        }
    }
}

/// Where a request is looked for: by what its path begins with.
#[inline]
fn slot(request: &[u8]) -> usize {
    let path = request.get("GET ".len()..).and_then(<[u8]>::first_chunk);
    let number = path.map_or(0, |path| u64::from_le_bytes(*path));
    let product = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(product >> 32).unwrap_or_default() % LEN
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wslog_parse::{Formats, LogFormat};

    fn path(request: &[u8]) -> Vec<u8> {
        let format = LogFormat::compile("\"$request\"").unwrap();
        let mut parser = Formats::from(format).parser();
        let line = [b"\"", request, b"\""].concat();
        let entry = parser.parse(&line).unwrap();
        entry.path().unwrap_or_default().to_vec()
    }

    proptest! {
        #[test]
        fn ok_what_is_shown_is_the_path_that_was_kept(
            requests in prop::collection::vec("(GET|G) {1,2}/?[ws? ]{0,3}( HTTP/1\\.[01]){0,2} ?", 2..5),
        ) {
            let mut known = KnownRequests::default();
            let mut paths = Vec::new();
            for request in requests {
                let path = path(request.as_bytes());
                if known.shows(request.as_bytes()) {
                    prop_assert!(paths.contains(&path), "{request:?} in {paths:?}");
                }
                known.keep(request.as_bytes(), &path);
                paths.push(path);
            }
        }
    }
}
