//! What comes by itself: bytes on standard input, and the wish to end.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::{process, thread};

use anyhow::{Context, Result};
use wslog::Waker;

use crate::interrupt::INTERRUPTED;

/// Something that came.
pub(super) enum Arrival {
    Bytes(Vec<u8>),
    Error(io::Error),
    EndOfStdin,
    /// Ctrl-C, or SIGTERM.
    Interrupt,
}

/// All that has come, in its order. Whoever waits for something else is woken.
pub(super) struct Arrivals {
    waiting: Receiver<Arrival>,
    next: Option<Arrival>,
    /// How many more pieces are taken, once the end was asked for.
    last: usize,
    sender: Sender,
}

/// Most pieces of standard input that wait to be read.
const MOST_WAITING: usize = 4;

impl Arrivals {
    pub(super) fn new(waker: Waker, reads_stdin: bool) -> Result<Arrivals> {
        let (sender, waiting) = mpsc::sync_channel(MOST_WAITING);
        let sender = Sender { sender, is_interrupted: Arc::default(), waker };
        let interrupted = sender.clone();
        if reads_stdin {
            let stdin = sender.clone();
            thread::spawn(move || read_stdin(&stdin));
        }
        ctrlc::set_handler(move || {
            // Whoever asks again does not want to wait for somebody who reads no events.
            if interrupted.interrupt() {
                process::exit(INTERRUPTED);
            }
        })
        .context("cannot watch for Ctrl-C")?;
        Ok(Arrivals { waiting, next: None, last: MOST_WAITING, sender })
    }

    /// For whatever else may come.
    pub(super) fn sender(&self) -> Sender {
        self.sender.clone()
    }

    pub(super) fn next(&mut self) -> Option<Arrival> {
        let next = self.next.take().or_else(|| self.waiting.try_recv().ok());
        if !self.sender.is_interrupted.load(Ordering::Relaxed) {
            return next;
        }
        // What was there already is taken, but whoever goes on writing is not waited for.
        let is_last = self.last == 0;
        self.last = self.last.saturating_sub(1);
        next.filter(|_| !is_last).or(Some(Arrival::Interrupt))
    }

    /// Whether there is something to take.
    pub(super) fn is_waiting(&mut self) -> bool {
        self.next = self.next.take().or_else(|| self.waiting.try_recv().ok());
        self.next.is_some() || self.sender.is_interrupted.load(Ordering::Relaxed)
    }
}

#[derive(Clone)]
pub(super) struct Sender {
    sender: SyncSender<Arrival>,
    /// Not sent, for nobody may be taking anything.
    is_interrupted: Arc<AtomicBool>,
    waker: Waker,
}

impl Sender {
    /// Asks for the end; whether that was asked for before.
    pub(super) fn interrupt(&self) -> bool {
        let is_again = self.is_interrupted.swap(true, Ordering::Relaxed);
        self.waker.wake();
        is_again
    }

    /// Whether anybody takes it.
    fn send(&self, arrival: Arrival) -> bool {
        let is_sent = self.sender.send(arrival).is_ok();
        self.waker.wake();
        is_sent
    }
}

/// Sends on whatever has come, as soon as it comes.
fn read_stdin(to: &Sender) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let arrival = match io::stdin().lock().read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => Arrival::Bytes(buffer[..read].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                to.send(Arrival::Error(error));
                break;
            }
        };
        if !to.send(arrival) {
            return;
        }
    }
    to.send(Arrival::EndOfStdin);
}
