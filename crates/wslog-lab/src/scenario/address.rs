//! The addresses of the case, moved to loopback.

use std::net::Ipv4Addr;

/// The node that keeps HTTP/1.1.
pub(super) const GOOD_NODE: Ipv4Addr = Ipv4Addr::new(127, 97, 88, 238);
/// One that speaks HTTP/1.0.
pub(super) const BAD_NODE: Ipv4Addr = Ipv4Addr::new(127, 97, 88, 254);
/// Another one.
pub(super) const OTHER_BAD_NODE: Ipv4Addr = Ipv4Addr::new(127, 97, 88, 252);
/// The nginx that clients and nodes talk to.
pub(super) const EDGE: Ipv4Addr = Ipv4Addr::new(127, 0, 21, 11);
/// The one behind it, or beside it.
pub(super) const INNER: Ipv4Addr = Ipv4Addr::new(127, 0, 20, 11);
