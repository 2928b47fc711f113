//! What is known of a source besides its lines, as it is written.

use std::fmt;
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::codec::wire::Timestamp;
use crate::input::compression::Compression;
use crate::input::feed::{self, SourceInfo};
use crate::input::range::ByteRange;
use crate::input::set::set_of;
use crate::input::source::FormatNames;
use crate::partial::SourcePart;
use crate::partials::capture::Capture;

/// A source, or the range of it that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Source {
    pub(super) name: String,
    vantage: Option<String>,
    pub(super) holding: Holding,
    compression: Option<Compression>,
    error: Option<String>,
    /// Whether it has lines that are read as those of an access log.
    pub(super) has_requests: bool,
    /// The first byte and the one behind the last that were to be read.
    range: Option<(u64, u64)>,
    /// The first byte of the first line that was, and the one behind the last line; nothing where there was
    /// none.
    pub(super) read: Option<(u64, u64)>,
    /// When its first line was logged that shows it; nothing where its first lines were not read.
    first_logged_at: Option<Option<Timestamp>>,
}

/// What a source holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Holding {
    /// Nothing, or it is not known.
    Unknown,
    AccessLog(FormatNames),
    ErrorLog {
        offset_minutes: i16,
    },
    Capture(Capture),
}

/// How it was read.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.holding {
            Holding::Unknown => f.write_str("something else")?,
            Holding::AccessLog(formats) => formats.fmt(f)?,
            Holding::ErrorLog { offset_minutes } => {
                write!(f, "an error log of {}", clock(*offset_minutes))?;
            }
            Holding::Capture(_) => f.write_str("a capture")?,
        }
        self.compression.map_or(Ok(()), |compression| write!(f, ", {}", compression.name()))
    }
}

/// A clock by how far it is east of UTC.
pub(super) fn clock(offset_minutes: i16) -> String {
    let minutes = offset_minutes.unsigned_abs();
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

impl Holding {
    fn of(holding: &feed::Holding) -> Holding {
        match holding {
            feed::Holding::Unknown => Holding::Unknown,
            feed::Holding::AccessLog(formats) => Holding::AccessLog(formats.clone()),
            feed::Holding::ErrorLog { offset_minutes } => {
                Holding::ErrorLog { offset_minutes: *offset_minutes }
            }
            #[cfg(feature = "capture")]
            feed::Holding::Capture(capture) => Holding::Capture(capture.into()),
        }
    }

    fn into_holding(self) -> feed::Holding {
        match self {
            Holding::Unknown => feed::Holding::Unknown,
            Holding::AccessLog(formats) => feed::Holding::AccessLog(formats),
            Holding::ErrorLog { offset_minutes } => feed::Holding::ErrorLog { offset_minutes },
            Holding::Capture(capture) => capture.into(),
        }
    }

    /// What both hold, of which one may not have seen it; `None` where they cannot hold the same.
    fn and(self, other: Holding) -> Option<Holding> {
        match (self, other) {
            (Holding::Unknown, known) | (known, Holding::Unknown) => Some(known),
            (mine, theirs) => (mine == theirs).then_some(mine),
        }
    }
}

impl Source {
    pub(super) fn of((info, part): (&SourceInfo, &SourcePart)) -> Source {
        let start = part.stretches.iter().map(|(start, _)| *start).min();
        let SourceInfo {
            name,
            // It is what the name says, and has another number beside other sources.
            set: _,
            set_name: _,
            vantage,
            holding,
            compression,
            error,
            range,
            first_logged_at,
        } = info;
        Source {
            name: name.clone(),
            vantage: vantage.as_deref().map(str::to_owned),
            holding: Holding::of(holding),
            compression: *compression,
            error: error.as_ref().map(io::Error::to_string),
            has_requests: match holding {
                feed::Holding::AccessLog(_) => true,
                feed::Holding::Unknown => part.lines() > part.blank,
                _ => false,
            },
            range: range.map(|range| (range.from(), range.to())),
            read: start.map(|start| (start, start + part.bytes)),
            first_logged_at: first_logged_at.map(|first| first.map(Timestamp::from)),
        }
    }

    pub(super) fn is_error_log(&self) -> bool {
        matches!(self.holding, Holding::ErrorLog { .. })
    }

    /// The log that it is a part of.
    pub(super) fn set(&self) -> String {
        set_of(&self.name)
    }

    /// The bytes that were read.
    pub(super) fn range(&self) -> Result<ByteRange, CodecError> {
        let (from, to) = self.range.unwrap_or((ByteRange::ALL.from(), ByteRange::ALL.to()));
        ByteRange::new(from, to).ok_or(CodecError::Impossible("a range of no bytes"))
    }

    /// When its first line was logged, if its first lines were read.
    pub(super) fn first_logged_at(
        &self,
    ) -> Result<Option<Option<wslog_parse::Timestamp>>, CodecError> {
        let Some(first) = self.first_logged_at else { return Ok(None) };
        first.map(Timestamp::into_timestamp).transpose().map(Some)
    }

    /// The same source, of which another range was read; `None` where they cannot be one.
    pub(super) fn and(self, other: Source) -> Option<Source> {
        let is_same = (&self.name, &self.vantage, self.compression)
            == (&other.name, &other.vantage, other.compression);
        let holding = self.holding.and(other.holding)?;
        is_same.then_some(Source {
            holding,
            // Whichever of them, as long as it is the same one every time.
            error: self.error.into_iter().chain(other.error).min(),
            has_requests: self.has_requests || other.has_requests,
            range: None,
            read: None,
            first_logged_at: self.first_logged_at.max(other.first_logged_at),
            ..other
        })
    }

    /// The source with the number that its set has among others.
    pub(super) fn into_info(self, set: u16) -> SourceInfo {
        let set_name = self.set();
        let Source { name, vantage, holding, compression, error, .. } = self;
        SourceInfo {
            vantage: vantage.map(Arc::from),
            holding: holding.into_holding(),
            compression,
            error: error.map(io::Error::other),
            ..SourceInfo::new(&name, set, set_name)
        }
    }
}
