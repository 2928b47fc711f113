//! HTTP archives ([HAR 1.2](http://www.softwareishard.com/blog/har-12-spec/)), as browsers export
//! them: DevTools of Chromium, Firefox, Safari.
//!
//! One entry at a time is in memory, and of it only what an exchange is made of. A value of a type
//! that it should not have is read as if it were missing.

mod bounded;
mod entry;
mod loose;

use std::cell::RefCell;
use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::bounded::Bounded;
use self::entry::Entry;
use self::loose::Loose;
use super::error::{CaptureError, CaptureErrorKind};
use super::exchange::Exchange;
use super::summary::{Summary, Undecoded};

/// Reads a HAR.
pub(super) fn read(reader: impl Read, each: &mut dyn FnMut(Exchange)) -> Summary {
    let summary = RefCell::new(Summary::default());
    let bytes = std::cell::Cell::new(0);
    let reader = BufReader::new(Bounded::new(reader, &bytes));
    let mut json = serde_json::Deserializer::from_reader(reader);
    let archive = Archive { each, summary: &summary };
    let result = archive.deserialize(&mut json).and_then(|()| json.end());
    let mut summary = summary.into_inner();
    summary.bytes = bytes.get();
    summary.error = result.err().map(|error| error_at(summary.bytes, error));
    summary
}

fn error_at(byte: u64, error: serde_json::Error) -> CaptureError {
    let kind = match error.classify() {
        serde_json::error::Category::Eof => CaptureErrorKind::CutOff,
        serde_json::error::Category::Io => CaptureErrorKind::Unreadable(error.into()),
        _ => CaptureErrorKind::Damaged(error.to_string()),
    };
    CaptureError { byte, kind }
}

/// The way down to the entries: an object's `log`, its `entries`, each of them.
struct Archive<'a> {
    each: &'a mut dyn FnMut(Exchange),
    summary: &'a RefCell<Summary>,
}

struct Log<'a>(Archive<'a>);

struct Entries<'a>(Archive<'a>);

impl<'de> DeserializeSeed<'de> for Archive<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Archive<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an HTTP archive")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Archive { each, summary } = self;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "log" => map.next_value_seed(Log(Archive { each: &mut *each, summary }))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Log<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Log<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the log of an HTTP archive")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Archive { each, summary } = self.0;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "entries" => map.next_value_seed(Entries(Archive { each: &mut *each, summary }))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the entries of an HTTP archive")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Archive { each, summary } = self.0;
        while let Some(entry) = entries.next_element::<Loose<Entry>>()? {
            let mut summary = summary.borrow_mut();
            let ordinal = summary.packets;
            summary.packets += 1;
            if entry.0.as_ref().is_some_and(Entry::is_cut) {
                summary.count(Undecoded::MalformedHeader);
            }
            match entry.0.and_then(|entry| entry.exchange(ordinal)) {
                Some(exchange) => {
                    summary.requests += 1;
                    each(exchange);
                }
                None => summary.count(Undecoded::MalformedEntry),
            }
        }
        Ok(())
    }
}
