//! Free ports on loopback.

use std::net::{IpAddr, SocketAddr, TcpListener};

use crate::error::Error;

/// An address for each host: the one at its place among `known` where that has the same host.
pub(crate) fn free_addresses(
    hosts: impl Iterator<Item = IpAddr>,
    known: &[SocketAddr],
) -> Result<Vec<SocketAddr>, Error> {
    let known = known.iter().map(Some).chain(std::iter::repeat(None));
    let address = |(host, known): (IpAddr, Option<&SocketAddr>)| match known {
        Some(known) if known.ip() == host => Ok(*known),
        _ => free_address(host),
    };
    hosts.zip(known).map(address).collect()
}

/// A port that was free a moment ago.
pub(crate) fn free_address(host: IpAddr) -> Result<SocketAddr, Error> {
    TcpListener::bind((host, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(Error::io(format!("find a free port on {host}")))
}
