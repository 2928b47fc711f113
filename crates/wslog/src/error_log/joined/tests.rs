//! No sighting is said to have an event that it has not.

use proptest::prelude::*;
use wslog_parse::error_log::ErrorEntry;
use wslog_parse::{Millis, Protocol, Status, Timestamp, Upgrade, WebSocketKey};

use super::*;
use crate::asked::Target;
use crate::client::Client;
use crate::directory::VantageTexts;
use crate::error_log::{ErrorPlace, Rival};
use crate::path_shape::PathShape;
use crate::period::Away;
use crate::sighting::{KeySeen, Observed, Resolution, UpstreamHeader};
use crate::websocket::handshake::Rule;

/// 2018-03-09 17:00:00 by a clock of UTC+8, in ms.
const START: i64 = 1_520_586_000_000;

const IDLE: &str = "upstream timed out (110: x) while proxying upgraded connection";
const TIMED_OUT: &str = "upstream timed out (110: x) while reading response header from upstream";
const CLOSED: &str =
    "upstream prematurely closed connection while reading response header from upstream";

/// What becomes of a request; times are in ms since the start.
#[derive(Clone, Debug)]
struct Story {
    client: u8,
    from: i64,
    took: i64,
    status: u16,
    /// The last server.
    server: u8,
    /// Whether it is no handshake.
    is_plain: bool,
    /// What the error log says of it: how long after the start, and of which server.
    events: Vec<(i64, &'static str, u8)>,
}

impl Story {
    fn sighting(&self, directory: &mut Directory, byte: u64, has_upstream: bool) -> Sighting {
        let upstream = if has_upstream { self.attempts().join(", ") } else { String::new() };
        let client = format!("192.0.2.{}", self.client);
        let edge = VantageTexts { name: Some(b"edge"), ..VantageTexts::default() };
        Sighting::new(&Observed {
            position: Position { source: 0, byte },
            lines_before: 0,
            key: KeySeen::Valid(WebSocketKey::from_bytes([7; 16])),
            upgrade: Upgrade::WebSocket,
            rule: Rule::Key,
            protocol: Protocol::HTTP_11,
            status: Status::from_code(self.status).unwrap(),
            logged_at: Some(Timestamp::new(START + self.from + self.took, 480)),
            resolution: Resolution::Millisecond,
            request_time: Some(Millis(u64::try_from(self.took).unwrap())),
            upstream_header: UpstreamHeader::NotLogged,
            way: directory.way(client.as_bytes(), edge, upstream.as_bytes()),
            asked: Asked::new(Target::of(b"/ws/?a=b"), None),
            client: Client::UNKNOWN,
            path: PathShape::UNKNOWN,
        })
    }

    fn rival(&self) -> Rival {
        let second = |after: i64| (START + after).div_euclid(1000) + 480 * 60;
        Rival {
            client: Some(AddressHash::of(format!("192.0.2.{}", self.client).as_bytes())),
            target: Some(Target::of(b"/ws/?a=b")),
            seconds: Some((second(self.from), second(self.from + self.took))),
            status: Some(self.status),
            may_have_gone_on: true,
        }
    }

    /// The servers that were asked, one after the other.
    fn attempts(&self) -> Vec<String> {
        let is_last = |(after, what, server): &(i64, &str, u8)| {
            (*after, *server) == (self.took, self.server) && self.ends_with(what)
        };
        let last = self.events.last().filter(|event| is_last(event));
        let failed = &self.events[..self.events.len() - usize::from(last.is_some())];
        let servers = failed.iter().map(|(_, _, server)| *server).chain([self.server]);
        servers.map(address).collect()
    }

    fn ends_with(&self, what: &str) -> bool {
        matches!((what, self.status), (IDLE, 101) | (TIMED_OUT, 504) | (CLOSED, 502))
    }

    fn lines(&self) -> Vec<String> {
        let line = |&(after, what, server): &(i64, &str, u8)| {
            let (second, client) = ((self.from + after) / 1000, self.client);
            format!(
                "2018/03/09 17:{:02}:{:02} [info] 1#1: *5 {what}, client: 192.0.2.{client}, server: a, \
                 request: \"GET /ws/?a=b HTTP/1.1\", upstream: \"http://{}/ws/?a=b\", host: \"a\"",
                second / 60,
                second % 60,
                address(server)
            )
        };
        self.events.iter().map(line).collect()
    }
}

fn address(server: u8) -> String {
    format!("10.0.0.{server}:80")
}

fn joined(stories: &[Story], has_upstream: bool) -> (Joined, Vec<Sighting>) {
    let (mut log, mut directory, mut byte) = (ErrorLog::default(), Directory::default(), 0);
    let mut sightings = Vec::new();
    let begin = ErrorEntry::parse(b"2018/03/09 16:59:59 [notice] 1#1: start").unwrap();
    let position = Position { source: 1, byte };
    let away = Away::INSIDE;
    log.record(&begin, ErrorPlace { position, lines_before: 0, away, nginx: None });
    for (story, place) in stories.iter().zip(0..) {
        sightings.push(story.sighting(&mut directory, place, has_upstream));
        if story.is_plain {
            log.record_rival(&story.rival());
        }
        for line in story.lines() {
            byte += 1;
            let position = Position { source: 1, byte };
            let place = ErrorPlace { position, lines_before: 3, away, nginx: None };
            log.record(&ErrorEntry::parse(line.as_bytes()).unwrap(), place);
        }
    }
    let handshakes = sightings.iter().zip(stories).filter(|(_, story)| !story.is_plain);
    (
        Joined::new(&log, &directory, Whose::Anyone, handshakes.map(|(sighting, _)| *sighting)),
        sightings,
    )
}

const TUNNEL: Story = Story {
    client: 1,
    from: 0,
    took: 60_000,
    status: 101,
    server: 9,
    is_plain: false,
    events: Vec::new(),
};

#[test]
fn ok_a_sighting_has_the_events_that_are_about_it() {
    let mine = Story { events: vec![(60_000, IDLE, 9)], ..TUNNEL };
    let other = Story { client: 2, ..TUNNEL };
    let (joined, sightings) = joined(&[mine, other], true);
    let events = joined.of(&sightings[0]);
    let events: Vec<_> =
        events.map(|event| (event.position.byte, event.lines_before, event.meaning())).collect();
    assert!(matches!(events[..], [(1, 3, meaning)] if meaning.contains("idle timer")));
    assert_eq!(joined.of(&sightings[1]).count(), 0);
}

/// Requests as nginx serves them: each attempt at another server of three, but for one whose connection
/// was kept alive.
fn story() -> impl Strategy<Value = Story> {
    let attempts =
        prop::collection::vec((prop::sample::select(&[TIMED_OUT, CLOSED][..]), 0_i64..2500), 0..3);
    let end = prop::sample::select(
        &[
            (101, None),
            (101, Some(IDLE)),
            (504, None),
            (504, Some(TIMED_OUT)),
            (502, None),
            (502, Some(CLOSED)),
            (499, None),
        ][..],
    );
    let times = (prop_oneof![3 => 0_i64..9000, 1 => 60_000_i64..300_000], 0_i64..4000);
    let kinds = (any::<bool>(), prop::bool::weighted(0.3));
    (1_u8..3, times, 0_u8..3, kinds, attempts, end).prop_map(
        |(client, (from, rest), first, (is_kept_alive, is_plain), attempts, (status, last))| {
            let (mut after, mut server, mut events) = (0, first, Vec::new());
            if is_kept_alive {
                events.push((0, CLOSED, server));
            }
            for (what, took) in attempts {
                after += took;
                events.push((after, what, server));
                server = (server + 1) % 3;
            }
            after += rest;
            events.extend(last.map(|last| (after, last, server)));
            Story { client, from, took: after, status, server, is_plain, events }
        },
    )
}

proptest! {
    #[test]
    fn ok_no_sighting_has_an_event_that_it_has_not(
        stories in prop::collection::vec(story(), 1..9),
        has_upstream: bool,
    ) {
        let (joined, sightings) = joined(&stories, has_upstream);
        for (sighting, story) in sightings.iter().zip(&stories) {
            for event in joined.of(sighting) {
                let second = event.second.0;
                let is_like = |line: &String| {
                    let entry = ErrorEntry::parse(line.as_bytes()).unwrap();
                    (entry.logged_at.0 - second).abs() <= 2 && What::of(&entry) == event.what
                };
                prop_assert!(story.lines().iter().any(is_like), "{event:?} is not of {story:?}");
            }
        }
    }

    #[test]
    fn ok_what_happens_to_one_request_alone_is_joined_to_it(mut story in story(), has_upstream: bool) {
        (story.client, story.is_plain) = (1, false);
        let (joined, sightings) = joined(std::slice::from_ref(&story), has_upstream);
        let second = |after: i64| (story.from + after).div_euclid(1000);
        let is_end = |(after, what, server): &&(i64, &str, u8)| {
            let is_near = (0..=1).contains(&(second(story.took) - second(*after)));
            is_near && story.ends_with(what) && (!has_upstream || *server == story.server)
        };
        let ends = story.events.iter().filter(is_end).count();
        prop_assert_eq!(joined.of(&sightings[0]).count(), usize::from(ends == 1));
    }
}
