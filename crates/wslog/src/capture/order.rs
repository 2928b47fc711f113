//! Exchanges end in another order than they begin in: here they wait for the earlier ones.

use std::collections::{BTreeMap, BTreeSet};

use super::exchange::Exchange;

/// Most memory, in bytes, that exchanges which are over may take while they wait for an earlier one
/// that is not. When it is used up the earliest of them is handed on all the same.
const MAX_WAITING: usize = 64 << 20;

/// The turn of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn(u64);

pub(super) struct Order<'a> {
    /// Turns of what is not over.
    open: BTreeSet<Turn>,
    /// What is over and waits.
    ended: BTreeMap<Turn, Exchange>,
    /// Memory that it takes.
    waiting: usize,
    /// How many turns were given.
    given: u64,
    handed_on: u64,
    each: &'a mut dyn FnMut(Exchange),
}

impl<'a> Order<'a> {
    pub(super) fn new(each: &'a mut dyn FnMut(Exchange)) -> Order<'a> {
        let (open, ended) = (BTreeSet::new(), BTreeMap::new());
        Order { open, ended, waiting: 0, given: 0, handed_on: 0, each }
    }

    /// How many exchanges were handed on.
    pub(super) fn handed_on(&self) -> u64 {
        self.handed_on
    }

    /// A turn for what may become an exchange. Who asks first is first.
    pub(super) fn turn(&mut self) -> Turn {
        let turn = Turn(self.given);
        self.given += 1;
        self.open.insert(turn);
        turn
    }

    /// It has not become one.
    pub(super) fn cancel(&mut self, turn: Turn) {
        self.open.remove(&turn);
        self.hand_on();
    }

    /// The exchange is over.
    pub(super) fn end(&mut self, turn: Turn, exchange: Exchange) {
        self.open.remove(&turn);
        self.waiting += exchange.memory();
        self.ended.insert(turn, exchange);
        self.hand_on();
    }

    fn hand_on(&mut self) {
        let open = self.open.first().copied();
        let is_next = |turn: &Turn| open.is_none_or(|open| *turn < open);
        while let Some(first) = self.ended.first_entry() {
            if self.waiting <= MAX_WAITING && !is_next(first.key()) {
                break;
            }
            let exchange = first.remove();
            self.waiting -= exchange.memory();
            self.handed_on += 1;
            (self.each)(exchange);
        }
    }
}
