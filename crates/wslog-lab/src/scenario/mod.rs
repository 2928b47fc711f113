//! Whole stories: who stands where, who asks for what, and what is left of it.

mod address;
mod backends;
mod balancer;
mod configs;
mod keys;
mod look_alikes;
mod moments;
mod peers;
mod protocols;
mod run;
mod stage;
mod timers;
mod truth;

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

pub use run::Run;
pub use truth::{HopTruth, Truth};

use self::stage::Stage;
use crate::error::Error;

/// What stands for a minute: the timer that is to fire first. All others have nginx's own minute.
const TIMER: Duration = Duration::from_secs(1);

/// One that fires so late that nobody takes what it ends for something that was over at once:
/// findings about ages begin at a second and a half.
const LONG_TIMER: Duration = Duration::from_millis(1800);

/// So many clients show a timer, and not a coincidence.
const MANY: u32 = 10;

/// How long a WebSocket lives that nothing ends before.
const LIFE: Duration = Duration::from_millis(300);

/// A story with a stable name.
#[derive(Clone, Copy)]
pub struct Scenario {
    name: &'static str,
    sentence: &'static str,
    /// Whether it takes so long that only somebody who waits for it would want to run it.
    is_slow: bool,
    set_up: fn(&mut Stage) -> Result<(), Error>,
}

impl Scenario {
    /// All of them, in the order in which they are best told.
    pub fn all() -> impl Iterator<Item = Scenario> {
        [
            balancer::SCENARIOS,
            backends::SCENARIOS,
            configs::SCENARIOS,
            timers::SCENARIOS,
            peers::SCENARIOS,
            moments::SCENARIOS,
            keys::SCENARIOS,
            protocols::SCENARIOS,
            look_alikes::SCENARIOS,
        ]
        .concat()
        .into_iter()
    }

    /// Its name, for a command line and for a folder.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// What happens in it, in one sentence.
    pub fn sentence(self) -> &'static str {
        self.sentence
    }

    /// Whether it waits for a timer of true length, a minute.
    pub fn is_slow(self) -> bool {
        self.is_slow
    }
}

/// Its name says it all.
impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl FromStr for Scenario {
    type Err = Error;

    fn from_str(name: &str) -> Result<Scenario, Error> {
        let unknown = || Error::NoScenario { name: name.to_owned() };
        Scenario::all().find(|scenario| scenario.name == name).ok_or_else(unknown)
    }
}

/// Plays a scenario in this folder, which must be empty or not there, and leaves everything there:
///
/// - `truth.json`: what each client sent and saw, and what each hop says it received ([`Truth`]);
/// - `client.pcap`: the clients' connections and no others;
/// - `heads/N.sent` and `heads/N.received`: the heads of attempt N, from 0, byte for byte;
/// - a folder for each hop with its `nginx.conf`, `error.log` and `logs/FORMAT.log`, one log for
///   each of [`StoppedHop::formats`](crate::topology::StoppedHop::formats).
///
/// # Errors
/// [`Error::Occupied`] when there is something in the folder; [`Error::NoTool`] for a program that
/// is not installed; whatever keeps nginx or a client from running. A handshake that fails is none
/// of these: that is what most scenarios are about.
pub fn run(scenario: Scenario, folder: &Path) -> Result<Run, Error> {
    let mut stage = Stage::new(folder)?;
    (scenario.set_up)(&mut stage)?;
    stage.play(scenario)
}
