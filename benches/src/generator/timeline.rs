//! The order of events: every line is written when its request ends.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use super::addresses::INNER_SERVICE;
use super::dice::Dice;
use super::entry::Entry;
use super::handshake::Attempt;
use super::junk;
use super::site::{Site, Vantage};
use super::time::OPENING;
use super::traffic::{self, Route};

/// Milliseconds between two events: about 50 a second.
const LONGEST_GAP: u64 = 40;

/// What may happen next, beside an attempt that ends. Shares in 20,000.
const EVENTS: [(u32, Event); 5] = [
    (19_731, Event::Request),
    (252, Event::Handshake),
    (6, Event::Cut),
    (6, Event::Foreign),
    (5, Event::Blank),
];

#[derive(Debug, Clone, Copy)]
enum Event {
    Request,
    Handshake,
    Cut,
    Foreign,
    Blank,
}

/// Ordinary traffic with handshakes in it, until every line is written.
pub(super) fn mixed(site: &mut Site<'_>, dice: &mut Dice) -> io::Result<()> {
    let mut timeline =
        Timeline { now: OPENING, attempts: BinaryHeap::new(), entry: Entry::blank() };
    while !site.is_complete() {
        match timeline.advance(dice) {
            Some(attempt) => timeline.end(attempt, site, dice)?,
            None => timeline.happen(dice.weighted(&EVENTS), site, dice)?,
        }
    }
    Ok(())
}

/// Handshakes of clients that never come again, at the edge.
pub(super) fn handshakes(site: &mut Site<'_>, dice: &mut Dice) -> io::Result<()> {
    let mut entry = Entry::blank();
    let mut now = OPENING;
    while !site.is_complete() {
        now += dice.between(0, LONGEST_GAP);
        Attempt::ending_at(now, dice).log_at_edge(site, &mut entry, dice)?;
    }
    Ok(())
}

struct Timeline {
    /// Milliseconds since the epoch.
    now: u64,
    /// Those that have started and not ended yet.
    attempts: BinaryHeap<Reverse<Attempt>>,
    entry: Entry,
}

impl Timeline {
    /// Moves to the next event, which is the end of an attempt if one ends before.
    fn advance(&mut self, dice: &mut Dice) -> Option<Attempt> {
        let next = self.now + dice.between(0, LONGEST_GAP);
        let due = self.attempts.peek().is_some_and(|attempt| attempt.0.ended_at <= next);
        let attempt = if due { self.attempts.pop() } else { None };
        self.now = attempt.map_or(next, |attempt| attempt.0.ended_at);
        attempt.map(|attempt| attempt.0)
    }

    fn happen(&mut self, event: Event, site: &mut Site<'_>, dice: &mut Dice) -> io::Result<()> {
        match event {
            Event::Request => self.request(site, dice),
            Event::Handshake => self.end(Attempt::ending_at(self.now, dice), site, dice),
            Event::Cut => self.cut(site, dice),
            Event::Foreign => site.foreign(junk::victim(dice), &junk::foreign_line(self.now, dice)),
            Event::Blank => site.blank(junk::victim(dice)),
        }
    }

    fn end(
        &mut self,
        mut attempt: Attempt,
        site: &mut Site<'_>,
        dice: &mut Dice,
    ) -> io::Result<()> {
        attempt.log(site, &mut self.entry, dice)?;
        self.attempts.extend(attempt.retry(dice).map(Reverse));
        Ok(())
    }

    fn request(&mut self, site: &mut Site<'_>, dice: &mut Dice) -> io::Result<()> {
        match traffic::draw(&mut self.entry, self.now, dice) {
            Route::Edge => site.log(Vantage::Edge, &mut self.entry),
            Route::Inner => site.log(Vantage::Inner, &mut self.entry),
            Route::Both => {
                let status = self.entry.status;
                self.entry.proxied_to(INNER_SERVICE, dice);
                site.log(Vantage::Edge, &mut self.entry)?;
                site.relay(&mut self.entry, status, dice)
            }
        }
    }

    fn cut(&mut self, site: &mut Site<'_>, dice: &mut Dice) -> io::Result<()> {
        let vantage = match traffic::draw(&mut self.entry, self.now, dice) {
            Route::Inner => Vantage::Inner,
            Route::Edge | Route::Both => Vantage::Edge,
        };
        site.cut(vantage, &self.entry, dice)
    }
}
