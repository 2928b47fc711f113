//! Times of one day, as short as they can be told.

use wslog::parse::Timestamp;

/// The day and the offset that times are told without.
#[derive(Clone, Copy, Default)]
pub(super) struct Clock(Option<Timestamp>);

impl Clock {
    /// A clock that leaves out the day of the first of these times.
    pub(super) fn of(times: impl IntoIterator<Item = Timestamp>) -> Clock {
        Clock(times.into_iter().next())
    }

    /// The day, with its offset.
    pub(super) fn day(self) -> Option<String> {
        let parts = Parts::of(self.0?);
        Some(format!("{} {}", parts.day, parts.offset))
    }

    /// The time of day; of another offset with it.
    pub(super) fn time(self, at: Timestamp) -> String {
        let parts = Parts::of(at);
        let is_same = self.0.is_some_and(|first| Parts::of(first).offset == parts.offset);
        if is_same { parts.time } else { parts.time + &parts.offset }
    }

    /// The time of day; of another day with it.
    pub(super) fn dated(self, at: Timestamp) -> String {
        let is_same = self.0.is_some_and(|first| Parts::of(first).day == Parts::of(at).day);
        if is_same { self.time(at) } else { format!("{} {}", Parts::of(at).day, self.time(at)) }
    }
}

struct Parts {
    day: String,
    time: String,
    offset: String,
}

impl Parts {
    fn of(at: Timestamp) -> Parts {
        let text = at.to_string();
        let (day, rest) = text.split_once('T').unwrap_or((&text, ""));
        let (time, offset) = rest.split_at_checked("00:00:00.000".len()).unwrap_or((rest, ""));
        Parts { day: day.to_owned(), time: time.to_owned(), offset: offset.to_owned() }
    }
}
