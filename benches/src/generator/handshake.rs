//! Clients that want a WebSocket: how they come, and that they come again when it fails.

use std::cmp::Ordering;
use std::io;

use super::addresses::{Address, INNER_SERVICE, NODES, direct_over_http2, push_forwarded_for};
use super::agents::Browser;
use super::dice::Dice;
use super::entry::{Entry, Key, Protocol, WebSocketPath};
use super::fate::{Ending, Fate};
use super::site::{Site, Vantage};
use super::text::{push_hex, push_number};

/// One handshake that is going to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt {
    /// Milliseconds since the epoch.
    pub(super) ended_at: u64,
    client: Client,
    remote_addr: Address,
    protocol: Protocol,
    ending: Ending,
    key: Key,
}

/// What stays the same when a client tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Client {
    id: u32,
    browser: Browser,
    path: WebSocketPath,
}

/// The sooner it ends, the smaller; the key decides between equals, and two are never equal in it.
impl Ord for Attempt {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.ended_at, self.key.bytes).cmp(&(other.ended_at, other.key.bytes))
    }
}

impl PartialOrd for Attempt {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Attempt {
    /// A client that was not seen before, and whose handshake ends now.
    pub(super) fn ending_at(now: u64, dice: &mut Dice) -> Self {
        let client = Client::new(dice);
        Self { ended_at: now, ..Self::starting_at(0, client, Key::fresh(dice), dice) }
    }

    fn starting_at(started_at: u64, client: Client, key: Key, dice: &mut Dice) -> Self {
        let (remote_addr, protocol) = way_in(client, dice);
        let ending = client.fate(protocol, dice).ending(dice);
        let ended_at = started_at + ending.request_time;
        Self { ended_at, client, remote_addr, protocol, ending, key }
    }

    /// Logs the attempt where it was seen.
    pub(super) fn log(
        &mut self,
        site: &mut Site<'_>,
        entry: &mut Entry,
        dice: &mut Dice,
    ) -> io::Result<()> {
        self.log_at_edge(site, entry, dice)?;
        if let Some(status) = self.ending.at_inner {
            site.relay(entry, status, dice)?;
        }
        self.key = entry.key.unwrap_or(self.key);
        Ok(())
    }

    /// Logs the attempt as if the edge were all there is.
    pub(super) fn log_at_edge(
        &self,
        site: &mut Site<'_>,
        entry: &mut Entry,
        dice: &mut Dice,
    ) -> io::Result<()> {
        self.fill(entry, dice);
        site.log(Vantage::Edge, entry)
    }

    /// What the same client does next, once it is told that it failed.
    pub(super) fn retry(&self, dice: &mut Dice) -> Option<Self> {
        let failed = self.ending.at_edge != 101;
        let started_at = self.ended_at + dice.between(500, 6_000);
        // A library that does not draw a new nonce for a new connection.
        if dice.one_in(250) {
            return Some(Self::starting_at(started_at, self.client, self.key, dice));
        }
        let again = failed && dice.percent(65);
        again.then(|| Self::starting_at(started_at, self.client, Key::fresh(dice), dice))
    }

    fn fill(&self, entry: &mut Entry, dice: &mut Dice) {
        entry.begin(self.ended_at, self.remote_addr);
        entry.request_time = self.ending.request_time;
        entry.status = self.ending.at_edge;
        entry.key = Some(self.key);
        entry.body_bytes_sent = if entry.status == 499 { 0 } else { dice.between(2, 90_000) };
        entry.ask_websocket_path("GET", self.client.path, self.protocol);
        self.client.push_query(&mut entry.uri);
        self.client.introduce(entry);
        if self.ending.at_inner.is_some() {
            entry.proxied_to(INNER_SERVICE, dice);
        }
    }
}

impl Client {
    fn new(dice: &mut Dice) -> Self {
        let path = dice.weighted(&[
            (60, WebSocketPath::Ws),
            (20, WebSocketPath::SocketIo),
            (10, WebSocketPath::Live),
            (8, WebSocketPath::Chat),
            (2, WebSocketPath::Legacy),
        ]);
        Self { id: dice.number(), browser: Browser::any(dice), path }
    }

    fn fate(self, protocol: Protocol, dice: &mut Dice) -> Fate {
        let fate = Fate::draw(protocol, dice);
        if self.path == WebSocketPath::Legacy && fate.is_established() {
            return Fate::Refused;
        }
        fate
    }

    fn push_query(self, uri: &mut String) {
        let id = u64::from(self.id % 1_000_000);
        match self.path {
            WebSocketPath::Ws | WebSocketPath::Legacy => {
                uri.push_str("?id=");
                push_number(uri, id);
                // nginx of this age takes a raw space in a URI, and passes it on.
                let space = if self.id.is_multiple_of(20) { " " } else { "" };
                uri.push_str("&url=");
                uri.push_str(space);
                uri.push_str("http://server.example.com/");
            }
            WebSocketPath::SocketIo => {
                uri.push_str("?EIO=3&transport=websocket&sid=");
                push_hex(uri, self.id);
            }
            WebSocketPath::Live => {
                uri.push_str("?room=");
                push_number(uri, id % 40);
                uri.push_str("&token=");
                push_hex(uri, self.id);
            }
            WebSocketPath::Chat | WebSocketPath::Attach => {}
        }
    }

    fn introduce(self, entry: &mut Entry) {
        entry.http_user_agent.clear();
        self.browser.push(&mut entry.http_user_agent);
        entry.http_x_forwarded_for.clear();
        push_forwarded_for(&mut entry.http_x_forwarded_for, self.id);
    }
}

/// Any node of the balancer, whatever node it was the last time; a few clients come directly.
fn way_in(client: Client, dice: &mut Dice) -> (Address, Protocol) {
    if client.id.is_multiple_of(400) {
        return (direct_over_http2(dice), Protocol::Http20);
    }
    let node = dice.pick(&NODES);
    (node.address, node.protocol)
}
