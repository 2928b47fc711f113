//! The two nginx: what is logged where, until the lines asked for are written.

use std::io;

use super::addresses::{Addresses, BACKEND, EDGE, EDGE_NAME, INNER_NAME};
use super::dice::Dice;
use super::entry::{Entry, Protocol};
use super::journal::Journal;
use super::ledger::Ledger;
use super::time::rfc3339;
use super::truth::{Input, Source, Truth};
use super::{Format, Recipe};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Vantage {
    Edge,
    Inner,
}

impl Vantage {
    /// Its name in the report: the server's own, or else its file's.
    pub(super) fn name(self, format: Format) -> &'static str {
        match (self, format.tells_times()) {
            (Self::Edge, true) => EDGE_NAME,
            (Self::Inner, true) => INNER_NAME,
            (Self::Edge, false) => EDGE_LOG,
            (Self::Inner, false) => INNER_LOG,
        }
    }
}

const EDGE_LOG: &str = "edge.log";
const INNER_LOG: &str = "inner.log";

pub(super) struct Site<'w> {
    edge: Journal<'w>,
    inner: Journal<'w>,
    ledger: Ledger,
    addresses: Addresses,
    lines_left: u64,
}

impl<'w> Site<'w> {
    pub(super) fn new(
        recipe: &Recipe,
        dice: &mut Dice,
        edge: &'w mut dyn io::Write,
        inner: &'w mut dyn io::Write,
    ) -> Self {
        Self {
            edge: Journal::new(EDGE_LOG, EDGE_NAME, recipe.format, edge),
            inner: Journal::new(INNER_LOG, INNER_NAME, recipe.format, inner),
            ledger: Ledger::new(recipe.format),
            addresses: Addresses::new(dice),
            lines_left: recipe.lines,
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.lines_left == 0
    }

    /// One entry, unless every line asked for is written.
    pub(super) fn log(&mut self, vantage: Vantage, entry: &mut Entry) -> io::Result<()> {
        if !self.take_line() {
            return Ok(());
        }
        self.ledger.record(entry, vantage);
        journal(&mut self.edge, &mut self.inner, vantage).push_entry(entry, &self.addresses)?;
        if let Some(key) = &mut entry.key {
            key.sightings += 1;
        }
        Ok(())
    }

    /// The inner nginx's line for the request that the edge has just logged.
    pub(super) fn relay(
        &mut self,
        entry: &mut Entry,
        status: u16,
        dice: &mut Dice,
    ) -> io::Result<()> {
        let edge_started = entry.logged_at - entry.request_time;
        let started = (edge_started + dice.weighted(&[(3, 0), (1, 1)])).min(entry.logged_at);
        let ended = entry.logged_at - u64::from(dice.one_in(4));
        entry.logged_at = ended.max(self.inner.last_logged_at()).max(started);
        entry.request_time = entry.logged_at - started;
        entry.remote_addr = EDGE;
        entry.protocol = Protocol::Http11;
        entry.status = status;
        entry.proxied_to(BACKEND, dice);
        self.log(Vantage::Inner, entry)
    }

    /// A line of an entry that was cut off: it counts as malformed, and what it was to say not.
    pub(super) fn cut(
        &mut self,
        vantage: Vantage,
        entry: &Entry,
        dice: &mut Dice,
    ) -> io::Result<()> {
        if !self.take_line() {
            return Ok(());
        }
        let cut = u64::from(dice.number());
        journal(&mut self.edge, &mut self.inner, vantage).push_cut(entry, &self.addresses, cut)
    }

    pub(super) fn foreign(&mut self, vantage: Vantage, line: &str) -> io::Result<()> {
        if !self.take_line() {
            return Ok(());
        }
        journal(&mut self.edge, &mut self.inner, vantage).push_foreign(line)
    }

    pub(super) fn blank(&mut self, vantage: Vantage) -> io::Result<()> {
        if !self.take_line() {
            return Ok(());
        }
        journal(&mut self.edge, &mut self.inner, vantage).push_blank()
    }

    pub(super) fn finish(self) -> io::Result<Truth> {
        let sources = vec![self.edge.finish()?, self.inner.finish()?];
        Ok(Truth {
            input: input(sources, &self.ledger),
            requests: self.ledger.requests(),
            sightings: self.ledger.sightings(&self.addresses),
            handshakes: self.ledger.handshakes(),
            downgrades: self.ledger.downgrades(),
        })
    }

    fn take_line(&mut self) -> bool {
        let any = self.lines_left > 0;
        self.lines_left = self.lines_left.saturating_sub(1);
        any
    }
}

/// Not a method: the addresses are lent out beside the journal.
fn journal<'j, 'w>(
    edge: &'j mut Journal<'w>,
    inner: &'j mut Journal<'w>,
    vantage: Vantage,
) -> &'j mut Journal<'w> {
    match vantage {
        Vantage::Edge => edge,
        Vantage::Inner => inner,
    }
}

fn input(sources: Vec<Source>, ledger: &Ledger) -> Input {
    let total = |count: fn(&Source) -> u64| sources.iter().map(count).sum();
    Input {
        lines: total(|source| source.lines),
        parsed: total(|source| source.parsed),
        malformed: total(|source| source.malformed),
        ambiguous: total(|source| source.ambiguous),
        blank: total(|source| source.blank),
        first_started_at: ledger.first_started_at().map(rfc3339),
        last_logged_at: ledger.last_logged_at().map(rfc3339),
        sources,
    }
}
