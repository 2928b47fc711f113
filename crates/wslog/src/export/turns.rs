//! What threads finish in any order is written in one: that of the input.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::input::chunk::Chunk;

/// Whatever is made of chunks waits here for its turn. Where too much waits already, who comes with more
/// waits as well, so that memory does not grow with the input.
pub(super) struct Turns<T, W> {
    state: Mutex<State<T>>,
    changed: Condvar,
    write: Mutex<W>,
}

/// How much may wait: what was made of so many bytes of the input. Where now and then writing takes its
/// time, as for a row group, others make what comes behind it.
const MAX_WAITING: u64 = 24 << 20;

struct State<T> {
    /// The chunk whose lines are to be counted next, and what was counted of its source before.
    counted: u64,
    source: u16,
    lines: u64,
    /// The chunk that is to be written next.
    next: u64,
    waiting: BTreeMap<u64, (u64, T)>,
    /// Of how many bytes that was made which waits.
    waiting_bytes: u64,
    /// Whether a thread is writing.
    is_writing: bool,
    /// Nothing more is to be written.
    is_over: bool,
    error: Option<io::Error>,
}

impl<T, W: FnMut(T) -> io::Result<()>> Turns<T, W> {
    pub(super) fn new(write: W) -> Turns<T, W> {
        let state = State {
            counted: 0,
            source: 0,
            lines: 0,
            next: 0,
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            is_writing: false,
            is_over: false,
            error: None,
        };
        Turns { state: Mutex::new(state), changed: Condvar::new(), write: Mutex::new(write) }
    }

    /// The numbers of a chunk's lines in its source, from 0. Every chunk has to be asked for: those behind
    /// it wait for that.
    pub(super) fn lines(&self, chunk: &Chunk) -> Range<u64> {
        let newlines = memchr::memchr_iter(b'\n', &chunk.bytes).count();
        let lines = newlines + usize::from(chunk.bytes.last().is_some_and(|last| *last != b'\n'));
        let mut state = self.wait_while(|state| state.counted != chunk.sequence);
        if state.source != chunk.source {
            (state.source, state.lines) = (chunk.source, 0);
        }
        let before = state.lines;
        state.lines += lines as u64;
        state.counted += 1;
        let lines = before..state.lines;
        drop(state);
        self.changed.notify_all();
        lines
    }

    /// Hands over what was made of a chunk of so many bytes; it is written when it is its turn.
    pub(super) fn hand_over(&self, sequence: u64, bytes: u64, made: T) {
        let is_too_early =
            |state: &State<T>| sequence > state.next && state.waiting_bytes >= MAX_WAITING;
        let mut state = self.wait_while(is_too_early);
        if state.is_over {
            return;
        }
        state.waiting.insert(sequence, (bytes, made));
        state.waiting_bytes += bytes;
        if state.is_writing {
            return;
        }
        state.is_writing = true;
        while let Some(made) = state.take_next() {
            drop(state);
            let written = (lock(&self.write))(made);
            state = lock(&self.state);
            state.next += 1;
            if let Err(error) = written {
                state.is_over = true;
                state.error = Some(error);
            }
            self.changed.notify_all();
        }
        state.is_writing = false;
    }

    /// Whether something could not be written, so that all the rest is in vain.
    pub(super) fn is_over(&self) -> bool {
        lock(&self.state).is_over
    }

    /// Ends the waiting of all others if this thread comes to a bad end.
    pub(super) fn guard(&self) -> Guard<'_, T, W> {
        Guard(self)
    }

    pub(super) fn finish(self) -> io::Result<()> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.error.map_or(Ok(()), Err)
    }

    fn wait_while(&self, is_too_early: impl Fn(&State<T>) -> bool) -> MutexGuard<'_, State<T>> {
        let waits = |state: &mut State<T>| !state.is_over && is_too_early(state);
        let waited = self.changed.wait_while(lock(&self.state), waits);
        waited.unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn take_next(&mut self) -> Option<T> {
        let (bytes, made) = self.waiting.remove(&self.next).filter(|_| !self.is_over)?;
        self.waiting_bytes -= bytes;
        Some(made)
    }
}

/// See [`Turns::guard`].
pub(super) struct Guard<'t, T, W: FnMut(T) -> io::Result<()>>(&'t Turns<T, W>);

impl<T, W: FnMut(T) -> io::Result<()>> Drop for Guard<'_, T, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(&self.0.state).is_over = true;
            self.0.changed.notify_all();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
