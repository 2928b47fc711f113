//! Requests beside the handshakes, so far as an event may be about one of them.

use fastbloom::BloomFilter;
use wslog_parse::Escape;

use crate::asked::Target;
use crate::error_log::expectation::{ENDS, Expectation};
use crate::error_log::group::expected;
use crate::error_log::kept::{AddressHash, EventSeen};
use crate::fingerprint::fingerprint_of_numbers;

/// A request that is no handshake, or one that no event is ever joined to. What is `None` may be
/// anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rival {
    pub(crate) client: Option<AddressHash>,
    pub(crate) target: Option<Target>,
    /// When it was under way, by the clock of its line, in seconds since 1970.
    pub(crate) seconds: Option<(i64, i64)>,
    pub(crate) status: Option<u16>,
    /// Whether it may have gone on with another server after any failure.
    pub(crate) may_have_gone_on: bool,
}

/// The minutes in which rivals were under way. However many there are, it never says that there was
/// none where there was one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rivals {
    /// None before the first rival.
    filter: Option<BloomFilter>,
    /// Which of client, target and minute are known of any rival.
    shapes: [bool; SHAPES],
}

/// Client, target and minute may each be known or not.
const SHAPES: usize = 8;

/// 8 MB: of a million rivals, one event in 20,000 is taken for one of theirs, of ten million one in 8.
pub(crate) const FILTER_BITS: usize = 1 << 26;
const FILTER_HASHES: u32 = 4;

/// Most minutes of a request that are told one by one.
const MOST_MINUTES: i64 = 64;

/// How far the times of two lines about the same moment may lie apart, in seconds.
const SLACK: i64 = 2;

/// Stands for a request that may have gone on, whatever status it ended in.
const GONE_ON: u16 = 0;

/// What is known of a rival, by hash, and the minute.
#[derive(Clone, Copy)]
struct Place {
    client: Option<u64>,
    target: Option<u64>,
    minute: Option<i64>,
}

impl Rivals {
    /// Those of a filter of [`FILTER_BITS`], if there is any; `None` if it has other bits.
    pub(crate) fn from_parts(filter: Option<Vec<u64>>, shapes: [bool; SHAPES]) -> Option<Rivals> {
        let is_whole =
            |words: &Vec<u64>| words.len() as u64 * u64::from(u64::BITS) == FILTER_BITS as u64;
        if !filter.as_ref().is_none_or(is_whole) {
            return None;
        }
        let filter = filter.map(|words| BloomFilter::from_vec(words).hashes(FILTER_HASHES));
        Some(Rivals { filter, shapes })
    }

    /// The filter's bits and the shapes, as [`Rivals::from_parts`] takes them.
    pub(crate) fn parts(&self) -> (Option<&[u64]>, [bool; SHAPES]) {
        let Rivals { filter, shapes } = self;
        (filter.as_ref().map(BloomFilter::as_slice), *shapes)
    }

    pub(crate) fn add(&mut self, rival: &Rival) {
        let client = rival.client.map(AddressHash::hash);
        let target = rival.target.map(Target::hash);
        let is_end = |end: &u16| rival.status.is_none_or(|status| status == *end);
        for minute in minutes(rival.seconds) {
            let place = Place { client, target, minute };
            self.shapes[place.shape()] = true;
            if rival.may_have_gone_on {
                self.insert(place.with(GONE_ON));
            }
            for end in ENDS.into_iter().filter(is_end) {
                self.insert(place.with(end));
            }
        }
    }

    /// Adds a line that could not be read: it may be about any request whose client and target are words
    /// of it.
    #[cold]
    pub(crate) fn add_unreadable(&mut self, line: &[u8]) {
        const AROUND_TARGETS: &[u8] = b" \t\"'|";
        const AROUND_CLIENTS: &[u8] = b"=,;()[]{}";
        for word in line.split(|byte| AROUND_TARGETS.contains(byte)) {
            self.insert(unread(Target::of(&Escape::Default.undo(word)).hash()));
            for part in word.split(|byte| AROUND_CLIENTS.contains(byte)) {
                self.insert(unread(AddressHash::of(part).hash()));
            }
        }
    }

    pub(crate) fn absorb(&mut self, other: Rivals) {
        match (&mut self.filter, other.filter) {
            (Some(mine), Some(theirs)) => mine.union(&theirs),
            (mine @ None, theirs) => *mine = theirs,
            (Some(_), None) => {}
        }
        self.shapes.iter_mut().zip(other.shapes).for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// Whether an event may be about one of them.
    pub(super) fn may_have(&self, event: &EventSeen) -> bool {
        self.filter.as_ref().is_some_and(|filter| {
            let has_unread = |hash| filter.contains_hash(unread(hash));
            has_unread(event.client.hash()) && has_unread(event.target.hash())
                || self.places(event).any(|place| {
                    let has = |status| filter.contains_hash(place.with(status));
                    let Expectation { statuses, may_go_on } = expected(event);
                    statuses.iter().any(|&status| has(status)) || may_go_on && has(GONE_ON)
                })
        })
    }

    /// Where a rival of an event may be.
    fn places(&self, event: &EventSeen) -> impl Iterator<Item = Place> {
        let (client, target) = (event.client.hash(), event.target.hash());
        let second = event.second.0;
        let near = minutes(Some((second - SLACK, second + SLACK)));
        let minutes = near.chain([None]).collect::<Vec<_>>();
        let all = [Some(client), None].into_iter().flat_map(move |client| {
            let minutes = minutes.clone();
            [Some(target), None].into_iter().flat_map(move |target| {
                minutes.clone().into_iter().map(move |minute| Place { client, target, minute })
            })
        });
        all.filter(|place| self.shapes[place.shape()])
    }

    fn insert(&mut self, key: u64) {
        let empty = || BloomFilter::with_num_bits(FILTER_BITS).hashes(FILTER_HASHES);
        self.filter.get_or_insert_with(empty).insert_hash(key);
    }
}

impl Place {
    /// The number of what is known.
    fn shape(self) -> usize {
        let Place { client, target, minute } = self;
        let known = [client.is_some(), target.is_some(), minute.is_some()];
        known.into_iter().fold(0, |all, is_known| 2 * all + usize::from(is_known))
    }

    fn with(self, status: u16) -> u64 {
        let Place { client, target, minute } = self;
        let minute = minute.map(i64::cast_unsigned);
        let [client, target, minute] = [client, target, minute].map(Option::unwrap_or_default);
        fingerprint_of_numbers(&[client, target, minute, status.into()])
    }
}

/// What a word of a line is known by that could not be read.
fn unread(hash: u64) -> u64 {
    fingerprint_of_numbers(&[hash])
}

/// The minutes of a time in seconds; `None` for one that is not known, or is very long.
fn minutes(seconds: Option<(i64, i64)>) -> impl Iterator<Item = Option<i64>> {
    let minute = |second: i64| second.div_euclid(60);
    let known = seconds.map(|(first, last)| (minute(first), minute(last)));
    let known = known.filter(|(first, last)| last - first < MOST_MINUTES);
    let unknown = known.is_none().then_some(None);
    let known = known.into_iter().flat_map(|(first, last)| (first..=last).map(Some));
    known.chain(unknown)
}
