//! How old candidates were when they ended.

use serde::{Deserialize, Serialize};

use crate::ages::{self, Fineness};
use crate::codec::CodecError;
use crate::codec::wire::number::{ensure, total};
use crate::histogram;

/// The ages of one way's candidates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Endings {
    /// Seconds, tenths, hundredths, or ms.
    fineness: u8,
    latencies: Histogram,
    tunnels: Histogram,
    tunnel_events: Histogram,
    failed_events: Histogram,
    client_closed: Histogram,
    gateway_timeout: Histogram,
    own: Histogram,
    relayed: Histogram,
}

/// The numbers of bins and how many are in each, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Histogram(Vec<(u32, u64)>);

impl From<&ages::Endings> for Endings {
    fn from(endings: &ages::Endings) -> Endings {
        let ages::Endings {
            fineness,
            latencies,
            tunnels,
            // Of candidates none are kept: when each began and ended is asked of sightings alone.
            lives: _,
            failed_lives: _,
            tunnel_events,
            failed_events,
            client_closed,
            gateway_timeout,
            own,
            relayed,
        } = endings;
        Endings {
            fineness: *fineness as u8,
            latencies: latencies.into(),
            tunnels: tunnels.into(),
            tunnel_events: tunnel_events.into(),
            failed_events: failed_events.into(),
            client_closed: client_closed.into(),
            gateway_timeout: gateway_timeout.into(),
            own: own.into(),
            relayed: relayed.into(),
        }
    }
}

impl Endings {
    /// Those of at most so many candidates.
    pub(super) fn into_endings(self, candidates: u64) -> Result<ages::Endings, CodecError> {
        let unknown = CodecError::Impossible("ages that are told in unknown steps");
        let of = |histogram: Histogram| histogram.into_histogram(candidates);
        Ok(ages::Endings {
            fineness: *Fineness::ALL.get(usize::from(self.fineness)).ok_or(unknown)?,
            latencies: of(self.latencies)?,
            tunnels: of(self.tunnels)?,
            lives: Vec::new(),
            failed_lives: Vec::new(),
            tunnel_events: of(self.tunnel_events)?,
            failed_events: of(self.failed_events)?,
            client_closed: of(self.client_closed)?,
            gateway_timeout: of(self.gateway_timeout)?,
            own: of(self.own)?,
            relayed: of(self.relayed)?,
        })
    }
}

impl From<&histogram::Histogram> for Histogram {
    fn from(histogram: &histogram::Histogram) -> Histogram {
        Histogram(histogram.counts())
    }
}

impl Histogram {
    fn into_histogram(self, most: u64) -> Result<histogram::Histogram, CodecError> {
        let counted = total(self.0.iter().map(|(_, count)| *count))?;
        ensure(counted <= most, "more ages than candidates")?;
        histogram::Histogram::from_counts(self.0)
            .ok_or(CodecError::Impossible("ages that are too great or out of order"))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Those of two candidates.
    pub(in crate::codec::wire) fn endings() -> Endings {
        let none = || Histogram(Vec::new());
        let both = || Histogram(vec![(4_096, 1), (59_999 >> 3, 1)]);
        Endings {
            fineness: 3,
            latencies: none(),
            tunnels: none(),
            tunnel_events: none(),
            failed_events: both(),
            client_closed: both(),
            gateway_timeout: none(),
            own: none(),
            relayed: none(),
        }
    }

    #[test]
    fn ok_ages_are_what_they_were() {
        let back = endings().into_endings(2).unwrap();
        assert_eq!(Endings::from(&back), endings());
    }

    #[test]
    fn ok_steps_keep_their_numbers() {
        assert_eq!(Fineness::ALL.map(|fineness| fineness as u8), [0, 1, 2, 3]);
    }

    #[test]
    fn err_what_no_lines_can_have_left() {
        let forgeries: [fn(&mut Endings); 5] = [
            |all| all.fineness = 4,
            |all| all.own.0 = vec![(u32::MAX, 1)],
            |all| all.own.0 = vec![(7, 0)],
            |all| all.own.0 = vec![(7, 3)],
            |all| all.client_closed.0.swap(0, 1),
        ];
        for (number, forge) in forgeries.iter().enumerate() {
            let mut forged = endings();
            forge(&mut forged);
            assert!(forged.into_endings(2).is_err(), "forgery {number}");
        }
    }
}
