//! The sightings that were made last, by their keys: as many as there is room for.

use foldhash::fast::RandomState;
use hashlink::LruCache;
use wslog_parse::WebSocketKey;

use crate::codec::{CodecError, wire::Tables};
use crate::follow::state::{HandshakesState, KeyState};
use crate::sighting::Sighting;

/// The handshakes that were seen last. The least recently seen one goes first, and how many went is
/// counted: what is counted by key is a lower bound then.
pub(super) struct Handshakes {
    by_key: LruCache<WebSocketKey, Sightings, RandomState>,
    most: usize,
    /// Sightings in the table.
    held: usize,
    /// Sightings with a key that ever were.
    total: u64,
    evicted: u64,
}

/// Those with one key, in the order they came in.
struct Sightings {
    first: Sighting,
    others: Vec<Sighting>,
    /// Whether some between these are gone.
    is_cut: bool,
}

/// Most sightings that are held.
pub(super) const MOST_SIGHTINGS: usize = 1 << 17;

/// Most that are held of one key. A way has a few places at which it is seen.
const MOST_OF_ONE_KEY: usize = 64;

impl Handshakes {
    pub(super) fn new(most: usize) -> Handshakes {
        let by_key = LruCache::with_hasher(usize::MAX, RandomState::default());
        Handshakes { by_key, most, held: 0, total: 0, evicted: 0 }
    }

    /// Keeps a sighting that has a key.
    pub(super) fn add(&mut self, sighting: Sighting) {
        let Some(key) = sighting.key() else { return };
        self.total += 1;
        self.held += 1;
        match self.by_key.get_mut(&key) {
            Some(seen) => self.held -= seen.add(sighting, &mut self.evicted),
            None => {
                let seen = Sightings { first: sighting, others: Vec::new(), is_cut: false };
                drop(self.by_key.insert(key, seen));
            }
        }
        while self.held > self.most && self.by_key.len() > 1 {
            self.let_go();
        }
    }

    pub(super) fn state(&self) -> HandshakesState {
        let kept = self.by_key.iter().map(|(_, seen)| KeyState {
            is_cut: seen.is_cut,
            sightings: seen.iter().map(Into::into).collect(),
        });
        HandshakesState { total: self.total, evicted: self.evicted, kept: kept.collect() }
    }

    pub(super) fn of_state(
        state: HandshakesState,
        tables: Tables<'_>,
    ) -> Result<Handshakes, CodecError> {
        let mut handshakes = Handshakes::new(MOST_SIGHTINGS);
        for KeyState { is_cut, sightings } in state.kept {
            let mut key = None;
            for sighting in sightings {
                let sighting = sighting.into_sighting(tables)?;
                key = sighting.key();
                handshakes.add(sighting);
            }
            if let Some(seen) = key.and_then(|key| handshakes.by_key.peek_mut(&key)) {
                seen.is_cut |= is_cut;
            }
        }
        handshakes.total = state.total.max(handshakes.held as u64);
        handshakes.evicted = state.evicted;
        Ok(handshakes)
    }

    fn let_go(&mut self) {
        if let Some((_, seen)) = self.by_key.remove_lru() {
            self.held -= 1 + seen.others.len();
            self.evicted += u64::from(!seen.is_cut);
        }
    }

    /// Different keys in the table.
    pub(super) fn len(&self) -> u64 {
        self.by_key.len() as u64
    }

    /// Sightings with a key that ever were added.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Handshakes that are gone, wholly or in part.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted
    }

    /// The sightings of each key that has several, in the order of their positions.
    pub(super) fn repeated(&self) -> impl Iterator<Item = Vec<Sighting>> {
        let several = self.by_key.iter().filter(|(_, seen)| !seen.others.is_empty());
        several.map(|(_, seen)| {
            let mut all: Vec<_> = seen.iter().copied().collect();
            all.sort_unstable_by_key(Sighting::position);
            all
        })
    }
}

impl Sightings {
    /// Adds one; how many had to go for it.
    fn add(&mut self, sighting: Sighting, evicted: &mut u64) -> usize {
        self.others.push(sighting);
        if self.others.len() < MOST_OF_ONE_KEY {
            return 0;
        }
        // The first one stays: it is the one that others repeat.
        self.others.remove(0);
        *evicted += u64::from(!self.is_cut);
        self.is_cut = true;
        1
    }

    fn iter(&self) -> impl Iterator<Item = &Sighting> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asked::Asked;
    use crate::client::Client;
    use crate::path_shape::PathShape;
    use crate::sighting::{KeySeen, Observed, Position, Resolution, UpstreamHeader};
    use crate::websocket::handshake::Rule;
    use wslog_parse::{Protocol, Status, Upgrade};

    fn sighting(key: u8, byte: u64) -> Sighting {
        Sighting::new(&Observed {
            position: Position { source: 0, byte },
            lines_before: 0,
            upgrade: Upgrade::NotLogged,
            key: KeySeen::Valid(WebSocketKey::from_bytes([key; 16])),
            rule: Rule::Key,
            protocol: Protocol::HTTP_10,
            status: Status::SWITCHING_PROTOCOLS,
            logged_at: None,
            resolution: Resolution::Second,
            request_time: None,
            upstream_header: UpstreamHeader::NotLogged,
            way: 0,
            asked: Asked::UNKNOWN,
            client: Client::UNKNOWN,
            path: PathShape::UNKNOWN,
        })
    }

    #[test]
    fn ok_the_least_recently_seen_goes_first_and_is_counted() {
        let mut table = Handshakes::new(3);
        for (key, byte) in [(1, 0), (2, 1), (1, 2), (3, 3), (4, 4)] {
            table.add(sighting(key, byte));
        }
        // 2 went for 3, and 1 with both its sightings for 4.
        assert_eq!((table.len(), table.total(), table.evicted()), (2, 5, 2));
        assert_eq!(table.repeated().count(), 0);
    }

    #[test]
    fn ok_one_key_takes_no_more_than_its_share() {
        let mut table = Handshakes::new(1000);
        (0..200).for_each(|byte| table.add(sighting(1, byte)));
        assert_eq!((table.len(), table.total(), table.evicted()), (1, 200, 1));
        let bytes: Vec<_> =
            table.repeated().flatten().map(|sighting| sighting.position().byte).collect();
        assert_eq!(bytes.len(), MOST_OF_ONE_KEY);
        assert_eq!((bytes[0], bytes[1], bytes[63]), (0, 137, 199));
    }
}
