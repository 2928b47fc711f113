//! Where the follower and those who ask meet: nothing is made unless asked for, and nobody who asks
//! holds up the follower.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use wslog::Waker;

/// How old an answer may be.
const FRESH: Duration = Duration::from_secs(1);
/// Making answers takes at most one part in so many of the follower's time.
const SHARE: u32 = 10;
/// How long a busy follower is waited for, before the answer is an old one.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is answered, ready to be sent.
#[derive(Clone)]
pub(super) struct Snapshot {
    pub(super) metrics: Arc<[u8]>,
    pub(super) report: Arc<[u8]>,
}

pub(super) struct Exchange {
    state: Mutex<State>,
    published: Condvar,
    waker: Waker,
}

#[derive(Default)]
struct State {
    latest: Option<Snapshot>,
    fresh_until: Option<Instant>,
    is_asked: bool,
}

impl Exchange {
    pub(super) fn new(waker: Waker) -> Exchange {
        Exchange { state: Mutex::default(), published: Condvar::new(), waker }
    }

    /// A snapshot of now, or of a while ago if the follower is busy; none if there was none yet.
    pub(super) fn latest(&self) -> Option<Snapshot> {
        let mut state = self.state();
        if state.fresh_until.is_none_or(|until| until <= Instant::now()) {
            // The first who asks wakes it for all.
            if !std::mem::replace(&mut state.is_asked, true) {
                self.waker.wake();
            }
            let waited = self.published.wait_timeout_while(state, PATIENCE, |state| state.is_asked);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.latest.clone()
    }

    pub(super) fn is_asked(&self) -> bool {
        self.state().is_asked
    }

    /// Answers all who wait with what took this long to make.
    pub(super) fn publish(&self, snapshot: Snapshot, took: Duration) {
        let mut state = self.state();
        state.latest = Some(snapshot);
        state.fresh_until = Instant::now().checked_add(FRESH.max(took.saturating_mul(SHARE)));
        state.is_asked = false;
        drop(state);
        self.published.notify_all();
    }

    /// The state is whole between any two statements: a thread that ended badly harms nobody.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
