//! One captured packet, whatever the file's format.

use wslog_parse::Timestamp;

use super::pcapng::NO_LINK;

/// A packet as it stands in a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    pub(super) seen: Seen,
    /// What its first header is: a `LINKTYPE_` value
    /// (<https://www.tcpdump.org/linktypes.html>).
    pub(super) link_type: u32,
    /// What was captured of it.
    pub(super) data: &'a [u8],
    /// How many bytes of it were not captured.
    pub(super) missing: u32,
}

impl Packet<'_> {
    /// One that is not looked into: it counts as one of an unknown link layer.
    pub(super) fn unreadable(byte: u64) -> Packet<'static> {
        Packet { seen: Seen { byte, at: None }, link_type: NO_LINK, data: &[], missing: 0 }
    }
}

/// Where and when something was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The offset of the record in the file.
    pub(super) byte: u64,
    /// `None` where the file does not tell.
    pub(super) at: Option<Timestamp>,
}

/// So many units of a second after 1970, and seconds more, in UTC. What is less than a millisecond
/// is cut off.
pub(super) fn timestamp(units: u64, units_per_second: u128, offset: i64) -> Option<Timestamp> {
    let millis = (u128::from(units) * 1000).checked_div(units_per_second)?;
    let millis = i64::try_from(millis).ok()?.checked_add(offset.checked_mul(1000)?)?;
    Some(Timestamp::new(millis, 0))
}
