//! The ways of single handshakes.

use serde::Serialize;

use crate::html::{cell, shown};
use crate::trace::headline::headline;
use crate::trace::rows::{COLUMNS, place, row};
use crate::{trace, words};

/// Most sightings of one request.
const MOST_SIGHTINGS: usize = 20;

/// Most requests of one key.
const MOST_REQUESTS: usize = 4;

#[derive(Serialize)]
pub(super) struct Trace {
    key: String,
    headline: String,
    columns: Vec<&'static str>,
    requests: Vec<Request>,
    more: Option<String>,
    changes: Vec<String>,
}

#[derive(Serialize)]
struct Request {
    heading: Option<String>,
    first_seen: Option<String>,
    drawing: Option<String>,
    rows: Vec<Vec<String>>,
}

impl Trace {
    pub(super) fn of(trace: &wslog::Trace) -> Trace {
        let names = COLUMNS.iter().map(|(name, _)| *name);
        Trace {
            key: trace.key.to_string(),
            headline: shown(&headline(trace)),
            columns: names.chain(["place"]).collect(),
            requests: trace::shown(trace).iter().take(MOST_REQUESTS).map(Request::of).collect(),
            more: words::more(MOST_REQUESTS, usize::try_from(trace.requests).unwrap_or(usize::MAX)),
            changes: trace.changes.iter().map(|change| shown(change)).collect(),
        }
    }
}

impl Request {
    fn of(request: &trace::Shown<'_>) -> Request {
        let cells = |sighting| {
            let cells = row(sighting).into_iter().chain([place(sighting)]);
            cells.map(|text| cell(&text)).collect()
        };
        Request {
            heading: request.heading.clone(),
            first_seen: request.first_seen.clone(),
            drawing: request.drawing.as_ref().map(|lines| lines.join("\n")),
            rows: request.sightings.iter().take(MOST_SIGHTINGS).map(cells).collect(),
        }
    }
}
