//! Where a scenario is set up, and played.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::run::Run;
use super::truth::{HopTruth, Truth, sightings};
use super::{LIFE, Scenario};
use crate::address::ClosedPort;
use crate::backend::{Backend, Conduct};
use crate::capture::{Capture, connections_in};
use crate::client::{Client, Manner, Visit, chromium, visit_all};
use crate::error::Error;
use crate::handshake::fresh_key;
use crate::lab::Lab;
use crate::request::Request;
use crate::topology::{Hop, StoppedHop, Topology};

/// Everything that has been put up so far.
#[derive(Debug)]
pub(super) struct Stage {
    lab: Lab,
    topology: Topology,
    backends: Vec<Backend>,
    closed_ports: Vec<ClosedPort>,
    visits: Vec<Visit>,
    /// What happens while clients are there.
    events: Vec<Event>,
    /// What a browser opens.
    opened: Vec<(SocketAddr, String)>,
}

/// Something that happens while clients are there: so long after so many of them have reached a
/// backend.
#[derive(Debug)]
struct Event {
    backend: SocketAddr,
    requests: usize,
    pause: Duration,
    deed: Deed,
}

/// What is done by whoever runs the servers.
#[derive(Debug)]
pub(super) enum Deed {
    /// The hop of this name replaces its workers.
    Reload(&'static str),
    /// The backend is started anew.
    Restart,
}

impl Stage {
    pub(super) fn new(folder: &Path) -> Result<Stage, Error> {
        if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Error::Occupied { folder: folder.to_owned() });
        }
        let lab = Lab::at(folder)?;
        Ok(Stage {
            lab,
            topology: Topology::default(),
            backends: Vec::new(),
            closed_ports: Vec::new(),
            visits: Vec::new(),
            events: Vec::new(),
            opened: Vec::new(),
        })
    }

    /// Starts a backend.
    pub(super) fn backend(&mut self, conduct: impl Into<Conduct>) -> Result<SocketAddr, Error> {
        let backend = Backend::start(conduct)?;
        let address = backend.address();
        self.backends.push(backend);
        Ok(address)
    }

    /// An address where connections are refused.
    pub(super) fn closed_port(&mut self) -> Result<SocketAddr, Error> {
        let closed = ClosedPort::open()?;
        let address = closed.address();
        self.closed_ports.push(closed);
        Ok(address)
    }

    /// Starts a hop.
    pub(super) fn hop(&mut self, hop: &Hop) -> Result<SocketAddr, Error> {
        self.topology.start(&self.lab, hop)
    }

    /// A client with a WebSocket library will visit.
    pub(super) fn websocket(&mut self, to: SocketAddr, target: &str, manner: Manner) {
        self.visit(Client::Tungstenite(target.to_owned()), to, manner);
    }

    /// A browser will open a WebSocket.
    pub(super) fn browser(&mut self, to: SocketAddr, target: &str) {
        self.opened.push((to, target.to_owned()));
    }

    /// A client will visit whose request has lost its `Upgrade` and `Connection` before it got
    /// here.
    pub(super) fn stripped(&mut self, to: SocketAddr, target: &str, manner: Manner) {
        let request = Request::new("GET", target, "HTTP/1.1")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", fresh_key());
        self.visit(Client::Bytes(request), to, manner);
    }

    /// A client will visit.
    pub(super) fn visit(&mut self, client: Client, to: SocketAddr, manner: Manner) {
        // Each from a loopback address of its own, far from those of the hops.
        let number = u8::try_from(self.visits.len() % 200).unwrap_or_default();
        let from = IpAddr::V4(Ipv4Addr::new(127, 10, 0, number + 1));
        self.visits.push(Visit { client, from, to, after: Duration::ZERO, manner });
    }

    /// The client that was told of last comes so long after the first one.
    pub(super) fn later(&mut self, after: Duration) {
        if let Some(visit) = self.visits.last_mut() {
            visit.after = after;
        }
    }

    /// The client that was told of last is the first one again.
    pub(super) fn same_client(&mut self) {
        if let [first, .., last] = &mut self.visits[..] {
            last.from = first.from;
        }
    }

    /// So long after this backend has got so many requests this will be done.
    pub(super) fn event(
        &mut self,
        backend: SocketAddr,
        requests: usize,
        pause: Duration,
        deed: Deed,
    ) {
        self.events.push(Event { backend, requests, pause, deed });
    }

    /// Has all clients visit at once, ends everything from the outside in, and gathers what is
    /// left.
    pub(super) fn play(self, scenario: Scenario) -> Result<Run, Error> {
        let Stage { lab, mut topology, backends, closed_ports, visits, events, opened } = self;
        let entries = visits.iter().map(|visit| visit.to);
        let entries: BTreeSet<_> = entries.chain(opened.iter().map(|(to, _)| *to)).collect();
        let entries: Vec<_> = entries.into_iter().collect();
        let capture = Capture::start(lab.path(), &entries, &topology.addresses())?;
        let mut attempts = thread::scope(|scope| {
            let visiting = scope.spawn(|| visit_all(&visits));
            let happened = events.iter().try_for_each(|it| happen(it, &backends, &mut topology));
            let visited = visiting.join().unwrap_or_else(|_| {
                let lost = Error::Lost { what: "what a panic of the clients took away".to_owned() };
                Err(lost)
            });
            happened.and(visited)
        })?;
        let stories = match opened.is_empty() {
            true => Vec::new(),
            false => chromium::open_all(&lab.path().join("chromium"), &opened, LIFE)?,
        };
        // The clients are gone, so each nginx ends as soon as the one before it has.
        let hops = topology.stop()?;
        let connected = attempts.iter().filter(|attempt| attempt.from.is_some()).count();
        let asked = stories.iter().filter(|story| story.has_asked()).count();
        let capture = capture.stop(connected + asked)?;
        drop((backends, closed_ports));
        let connections = connections_in(&capture)?;
        for (story, (to, _)) in stories.into_iter().zip(&opened) {
            let lost = Error::Lost { what: format!("{story:?}") };
            attempts.push(story.attempt(*to, &connections).ok_or(lost)?);
        }
        for attempt in &mut attempts {
            attempt.sightings = sightings(&hops, attempt)?;
        }
        let hop_truth =
            |hop: &StoppedHop| HopTruth { name: hop.name().to_owned(), address: hop.address() };
        let truth = Truth {
            scenario: scenario.name().to_owned(),
            hops: hops.iter().map(hop_truth).collect(),
            attempts,
        };
        truth.write(lab.path())?;
        Ok(Run::new(lab.path().to_owned(), truth, hops))
    }
}

/// Waits for what it comes after, and does it.
fn happen(event: &Event, backends: &[Backend], topology: &mut Topology) -> Result<(), Error> {
    let Some(backend) = backends.iter().find(|backend| backend.address() == event.backend) else {
        return Ok(());
    };
    backend.wait_for_requests(event.requests)?;
    // A tunnel has to have lived for a while before it is cut.
    thread::sleep(event.pause);
    match event.deed {
        Deed::Reload(hop) => topology.reload(hop),
        Deed::Restart => {
            backend.close_all();
            Ok(())
        }
    }
}
