//! Free ports on loopback.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};

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

/// A port of 127.0.0.1 that nobody else gets and where nobody listens: connections are refused.
#[derive(Debug)]
pub(crate) struct ClosedPort {
    address: SocketAddr,
    /// Bound, never listening.
    _socket: OwnedFd,
}

impl ClosedPort {
    pub(crate) fn open() -> Result<ClosedPort, Error> {
        let open = || {
            let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
            bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
            let address = SocketAddr::try_from(getsockname(&socket)?)?;
            Ok::<_, io::Error>(ClosedPort { address, _socket: socket })
        };
        open().map_err(Error::io("keep a port closed"))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn ok_a_closed_port_refuses() {
        let closed = ClosedPort::open().unwrap();
        let refused = TcpStream::connect(closed.address()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        TcpListener::bind(closed.address()).unwrap_err();
    }
}
