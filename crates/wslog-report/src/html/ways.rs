//! The ways that requests took, each as a row of places with the hop marked at which it became HTTP/1.0.

use std::cmp::Reverse;

use serde::Serialize;
use wslog::{LossKind, PathRow};

use crate::html::shown;
use crate::tables::downgraded;

/// Most ways that are drawn.
pub(super) const MOST: usize = 10;

/// In the drawing's units: a character, what is around a name, and from one place to the next.
const CHARACTER: usize = 8;
const AROUND: usize = 20;
const BETWEEN: usize = 170;

/// Most characters of a name.
const LONGEST: usize = 30;

#[derive(Serialize)]
pub(super) struct Way {
    width: usize,
    places: Vec<Place>,
    hops: Vec<Hop>,
    caption: String,
}

#[derive(Serialize)]
struct Place {
    name: String,
    x: usize,
    width: usize,
    /// How many came here as HTTP/1.0, where it is not known from where.
    lost: Option<String>,
}

#[derive(Serialize)]
struct Hop {
    x: usize,
    end: usize,
    /// How many were HTTP/1.0 from here on.
    lost: Option<String>,
}

/// Those with most to tell first.
pub(super) fn ways(paths: &[PathRow]) -> Vec<Way> {
    let mut paths: Vec<&PathRow> = paths.iter().collect();
    paths.sort_by_key(|path| Reverse((downgraded(path), path.count)));
    paths.into_iter().take(MOST).map(Way::of).collect()
}

impl Way {
    fn of(path: &PathRow) -> Way {
        let mut places: Vec<Place> = Vec::new();
        let mut hops = Vec::new();
        let mut x = 1;
        let names = path.vantages.iter().map(String::as_str);
        // Where the order is not known, nobody is next to the client.
        let client = path.ordered.then_some("client");
        for name in client.into_iter().chain(names) {
            let mut place = Place::new(name, x);
            if !path.ordered {
                place.lost = lost_before(path, name);
            } else if let Some(before) = places.last() {
                hops.push(Hop {
                    x: before.x + before.width,
                    end: x,
                    lost: lost_before(path, name),
                });
            }
            x += place.width + BETWEEN;
            places.push(place);
        }
        Way { width: x - BETWEEN + 1, places, hops, caption: caption(path) }
    }
}

impl Place {
    fn new(name: &str, x: usize) -> Place {
        let name = shown(name);
        let name: String = match name.char_indices().nth(LONGEST) {
            None => name,
            Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        };
        Place { x, width: name.chars().count() * CHARACTER + AROUND, name, lost: None }
    }
}

fn lost_before(path: &PathRow, name: &str) -> Option<String> {
    let losses = path.downgrades.iter().filter(|it| it.loss.before == name);
    let count: u64 = losses.map(|it| it.count).sum();
    (count > 0).then(|| format!("HTTP/1.0: {count} of {}", path.count))
}

fn caption(path: &PathRow) -> String {
    let way = path.vantages.iter().map(|name| shown(name)).collect::<Vec<_>>();
    let way = match path.ordered {
        true => way.join(" → "),
        false => format!("{}, in an order that is not known", way.join(", ")),
    };
    let requests = if path.count == 1 { "request" } else { "requests" };
    let mut caption = format!("{} {requests} by way of {way}.", path.count);
    for loss in &path.downgrades {
        let before = shown(&loss.loss.before);
        caption += &match (loss.loss.kind, &loss.loss.after) {
            (LossKind::Proven, Some(after)) => format!(
                " {} became HTTP/1.0 between {} and {before}: proven by their keys.",
                loss.count,
                shown(after)
            ),
            (LossKind::Proven, None) => {
                format!(" {} became HTTP/1.0 before {before}: proven by their keys.", loss.count)
            }
            (LossKind::Suspected, _) => format!(
                " {} came as HTTP/1.0 to {before}: suspected, for nobody nearer the client saw them.",
                loss.count
            ),
        };
    }
    caption
}
