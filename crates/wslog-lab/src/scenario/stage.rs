//! Where a scenario is set up, and played.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

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
    /// What a browser opens.
    opened: Vec<(SocketAddr, String)>,
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
        self.visits.push(Visit { client, from, to, manner });
    }

    /// Has all clients visit at once, ends everything from the outside in, and gathers what is
    /// left.
    pub(super) fn play(self, scenario: Scenario) -> Result<Run, Error> {
        let Stage { lab, topology, backends, closed_ports, visits, opened } = self;
        let entries = visits.iter().map(|visit| visit.to);
        let entries: BTreeSet<_> = entries.chain(opened.iter().map(|(to, _)| *to)).collect();
        let entries: Vec<_> = entries.into_iter().collect();
        let capture = Capture::start(lab.path(), &entries, &topology.addresses())?;
        let mut attempts = visit_all(&visits)?;
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
