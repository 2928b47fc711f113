//! The bytes a server answered with, and the little that has to be known about them.

/// What came back, byte for byte; nothing if the server closed without a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(bytes: Vec<u8>) -> Answer {
        Answer { bytes }
    }

    /// All of it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The status, where it begins with a status line: an HTTP/0.9 answer has none.
    pub fn status(&self) -> Option<u16> {
        let version = self.bytes.strip_prefix(b"HTTP/")?;
        let code = version.split(|&byte| byte == b' ').nth(1)?.get(..3)?;
        std::str::from_utf8(code).ok()?.parse().ok()
    }

    /// The first header of this name, in any case of letters.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let lines = self.bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
        lines.skip(1).take_while(|line| !line.is_empty()).find_map(|line| {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let (found, value) = line.split_at(colon);
            let value = value.get(1..)?.trim_ascii();
            found.eq_ignore_ascii_case(name.as_bytes()).then_some(value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_status_and_headers() {
        let answer = Answer::new(b"HTTP/1.1 101 Yes\r\nA: b\r\nUpgrade:x \r\n\r\nA2: c\r\n".into());
        assert_eq!(answer.status(), Some(101));
        assert_eq!(answer.header("upgrade"), Some(&b"x"[..]));
        assert_eq!(answer.header("A2"), None);
    }

    #[test]
    fn ok_an_answer_without_a_status_line() {
        for bytes in ["", "ok\n", "HTTP/1.1", "HTTP/1.1 x"] {
            assert_eq!(Answer::new(bytes.into()).status(), None, "{bytes:?}");
        }
    }
}
