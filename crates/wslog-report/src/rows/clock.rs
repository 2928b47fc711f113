//! Instants in RFC 3339. A busy log repeats each second hundreds of times.

use wslog::parse::Timestamp;

/// Remembers the second that was written last.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: Option<(i64, String)>,
}

/// The length of what instants of one second share: `2018-03-09T07:04:51`.
const SECOND_LEN: usize = 19;

impl Clock {
    /// Writes an instant in Unix milliseconds as `2018-03-09T07:04:51.129Z`.
    pub(super) fn push(&mut self, unix_millis: i64, to: &mut Vec<u8>) {
        let (second, millis) = (unix_millis.div_euclid(1000), unix_millis.rem_euclid(1000));
        if self.last.as_ref().is_none_or(|(last, _)| *last != second) {
            let mut text = Timestamp::new(unix_millis, 0).to_string();
            // Out of the calendar's range it is no date.
            if text.starts_with('@') {
                return to.extend_from_slice(text.as_bytes());
            }
            text.truncate(SECOND_LEN);
            self.last = Some((second, text));
        }
        if let Some((_, text)) = &self.last {
            to.extend_from_slice(text.as_bytes());
            let digit = |of: i64| b"0123456789"[usize::try_from(of % 10).unwrap_or(0)];
            to.extend([b'.', digit(millis / 100), digit(millis / 10), digit(millis), b'Z']);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_instants_of_any_second() {
        let mut clock = Clock::default();
        for (millis, expected) in [
            (1_520_579_091_129, "2018-03-09T07:04:51.129Z"),
            (1_520_579_091_007, "2018-03-09T07:04:51.007Z"),
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (i64::MAX, "@9223372036854775807ms"),
        ] {
            let mut found = Vec::new();
            clock.push(millis, &mut found);
            assert_eq!(String::from_utf8(found).unwrap(), expected);
        }
    }
}
