//! The time that requests cover.

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::codec::wire::Timestamp;
use crate::extent;

/// The first start, the first end and the last end of requests, as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Extent {
    pub(super) first_started_at: Option<Timestamp>,
    pub(super) first_logged_at: Option<Timestamp>,
    pub(super) last_logged_at: Option<Timestamp>,
}

impl From<&extent::Extent> for Extent {
    fn from(extent: &extent::Extent) -> Extent {
        let [first_started_at, first_logged_at, last_logged_at] =
            extent.ends().map(|at| at.map(Timestamp::from));
        Extent { first_started_at, first_logged_at, last_logged_at }
    }
}

impl Extent {
    pub(crate) fn into_extent(self) -> Result<extent::Extent, CodecError> {
        let Extent { first_started_at, first_logged_at, last_logged_at } = self;
        let instant = |at: Option<Timestamp>| at.map(Timestamp::into_timestamp).transpose();
        Ok(extent::Extent::from_ends(
            instant(first_started_at)?,
            instant(first_logged_at)?,
            instant(last_logged_at)?,
        ))
    }
}
