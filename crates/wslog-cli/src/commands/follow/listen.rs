//! `--listen`: a few threads answer HTTP requests with what the follower publishes for them.
//!
//! Clients are strangers: each costs at most one thread for a few seconds, and the follower no more
//! than one report a second.

mod exchange;
mod http;
mod metrics;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use wslog::{Analysis, Waker};
use wslog_report::{Format, Report};

use self::exchange::{Exchange, Snapshot};
use self::metrics::Metrics;
use crate::complaint;

/// How many connections are served at once; others wait for their turn.
const THREADS: usize = 8;

/// How long to wait when no connection can be had, for want of file descriptors say.
const RELIEF: Duration = Duration::from_millis(100);

/// An address that is taken, and not served yet.
pub(super) struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listener {
    pub(super) fn bind(address: SocketAddr) -> Result<Listener> {
        let bound = TcpListener::bind(address)
            .and_then(|listener| Ok(Listener { address: listener.local_addr()?, listener }));
        bound.with_context(|| format!("--listen {address}: cannot listen there"))
    }

    /// Begins to serve; whoever asks has the follower woken.
    pub(super) fn serve(self, waker: Waker) -> Result<Served> {
        let exchange = Arc::new(Exchange::new(waker));
        let listener = Arc::new(self.listener);
        let is_local = self.address.ip().to_canonical().is_loopback();
        for _ in 0..THREADS {
            let (listener, exchange) = (Arc::clone(&listener), Arc::clone(&exchange));
            thread::Builder::new()
                .name("listen".to_owned())
                .spawn(move || serve(&listener, &exchange, is_local))
                .context("--listen: cannot start a thread")?;
        }
        complaint::notice(&format!("listening on http://{}/metrics", self.address));
        Ok(Served { exchange, metrics: Metrics::default() })
    }
}

fn serve(listener: &TcpListener, exchange: &Exchange, is_local: bool) {
    loop {
        match listener.accept() {
            // A client that goes away in the middle is nobody's trouble but its own.
            Ok((stream, _)) => drop(http::serve(&stream, is_local, || exchange.latest())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => thread::sleep(RELIEF),
        }
    }
}

/// The follower's side of what is served.
pub(super) struct Served {
    exchange: Arc<Exchange>,
    metrics: Metrics,
}

impl Served {
    /// Publishes the analysis as it is now, if somebody waits for it.
    pub(super) fn publish_if_asked(&mut self, analysis: impl FnOnce() -> Analysis) {
        if !self.exchange.is_asked() {
            return;
        }
        let start = Instant::now();
        let analysis = analysis();
        let metrics = self.metrics.text(&analysis, SystemTime::now());
        let mut report = Vec::new();
        // A vector takes all that is written.
        let _ = Format::Json.render(Report::of(&analysis), &mut report);
        let snapshot = Snapshot { metrics: metrics.into_bytes().into(), report: report.into() };
        self.exchange.publish(snapshot, start.elapsed());
    }
}
