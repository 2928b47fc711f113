//! How lines were read and judged, which has to be the same in all partials.

use std::fmt;

use chrono::DateTime;
use regex::bytes::Regex;
use serde::{Deserialize, Serialize};
use wslog_parse::Millis;

use crate::codec::CodecError;
use crate::codec::wire::Timestamp;
use crate::input::vantage_name::VantageName;
use crate::options::Options;
use crate::period::{self, Period};
use crate::websocket::mark::Mark;

/// What a report depends on besides the lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// In ms, as is the tolerance.
    mark: u64,
    tolerance: u64,
    websocket_path: Option<String>,
    since: Option<Moment>,
    until: Option<Moment>,
    /// As they are written: `NAME=PATH`.
    vantages: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Moment {
    Instant(Timestamp),
    /// By the log's own clock, in ms of a calendar without time zones since 1970.
    Local(i64),
}

impl From<period::Moment> for Moment {
    fn from(moment: period::Moment) -> Moment {
        match moment {
            period::Moment::Instant(at) => Moment::Instant(at.into()),
            period::Moment::Local(at) => Moment::Local(at.and_utc().timestamp_millis()),
        }
    }
}

impl Moment {
    fn into_moment(self) -> Result<period::Moment, CodecError> {
        match self {
            Moment::Instant(at) => at.into_timestamp().map(period::Moment::Instant),
            Moment::Local(millis) => {
                let at = DateTime::from_timestamp_millis(millis).map(|at| at.naive_utc());
                at.map(period::Moment::Local)
                    .ok_or(CodecError::Impossible("a moment of no calendar"))
            }
        }
    }
}

impl Settings {
    pub(super) fn of(options: &Options) -> Settings {
        let Options {
            mark: Mark { at, tolerance },
            websocket_path,
            period: Period { since, until },
            vantages,
            // Sources say in which formats they were read; the rest changes no count.
            format: _,
            targets: _,
            beside_error_log: _,
            redaction: _,
            threads: _,
            chunk_size: _,
        } = options;
        Settings {
            mark: at.0,
            tolerance: tolerance.0,
            websocket_path: websocket_path.as_ref().map(|path| path.as_str().to_owned()),
            since: since.map(Moment::from),
            until: until.map(Moment::from),
            vantages: vantages.iter().map(VantageName::to_string).collect(),
        }
    }

    /// These options, with what was chosen when lines were read.
    pub(super) fn into_options(self, options: Options) -> Result<Options, CodecError> {
        let Settings { mark, tolerance, websocket_path, since, until, vantages } = self;
        let moment = |moment: Option<Moment>| moment.map(Moment::into_moment).transpose();
        let path = websocket_path.map(|path| Regex::new(&path)).transpose();
        let vantages: Result<_, _> = vantages.iter().map(|name| VantageName::parse(name)).collect();
        Ok(Options {
            mark: Mark { at: Millis(mark), tolerance: Millis(tolerance) },
            websocket_path: path
                .map_err(|_| CodecError::Impossible("a path that is no pattern"))?,
            period: Period { since: moment(since)?, until: moment(until)? },
            vantages: vantages.map_err(|_| CodecError::Impossible("a name that is none"))?,
            ..options
        })
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { mark, tolerance, websocket_path, since, until, vantages } = self;
        write!(f, "mark {} s, tolerance {} s", Millis(*mark), Millis(*tolerance))?;
        if let Some(path) = websocket_path {
            write!(f, ", websocket path {path}")?;
        }
        for (word, moment) in [("since", since), ("until", until)] {
            if let Some(Ok(moment)) = moment.map(Moment::into_moment) {
                write!(f, ", {word} {moment}")?;
            }
        }
        vantages.iter().try_for_each(|vantage| write!(f, ", vantage {vantage}"))
    }
}
