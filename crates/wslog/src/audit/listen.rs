//! Where a server listens. One address is written in many ways, and nginx takes `http2` and `ssl` of one
//! server for all that listen there.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use wslog_parse::nginx_conf::Directive;

use crate::audit::tree::argument;

/// What a `listen` opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listener {
    host: Host,
    ports: RangeInclusive<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Host {
    Address(IpAddr),
    /// A name, a socket in the file system, or nothing that nginx takes.
    Other(String),
}

/// The port where none is written.
const PORT: u16 = 80;

impl Listener {
    pub(crate) fn of(listen: &Directive) -> Listener {
        Listener::parse(&argument(listen, 0))
    }

    /// What a server opens that does not say, if it was root who started nginx.
    pub(crate) fn unset() -> Listener {
        Listener { host: address("*"), ports: PORT..=PORT }
    }

    fn parse(text: &str) -> Listener {
        if let Some(ports) = ports(text) {
            return Listener { ports, ..Listener::unset() };
        }
        let in_brackets = text.strip_prefix('[').and_then(|text| text.split_once(']'));
        let (host, port) = match in_brackets {
            Some((host, behind)) => {
                let port = behind.strip_prefix(':');
                (
                    host.parse::<Ipv6Addr>()
                        .map_or_else(|_| name(host), |it| Host::Address(it.into())),
                    port,
                )
            }
            None => match text.split_once(':') {
                Some((host, port)) => (address(host), Some(port)),
                None => (address(text), None),
            },
        };
        match port.map_or(Some(PORT..=PORT), ports) {
            Some(ports) => Listener { host, ports },
            None => Listener { host: Host::Other(text.to_owned()), ports: 0..=0 },
        }
    }
}

fn address(host: &str) -> Host {
    let host = if host == "*" { "0.0.0.0" } else { host };
    host.parse::<Ipv4Addr>().map_or_else(|_| name(host), |it| Host::Address(it.into()))
}

fn name(host: &str) -> Host {
    Host::Other(host.to_ascii_lowercase())
}

/// `443`, or `8000-8010`.
fn ports(text: &str) -> Option<RangeInclusive<u16>> {
    let number = |text: &str| {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u16>().ok()).flatten()
    };
    match text.split_once('-') {
        Some((first, last)) => Some(number(first)?..=number(last)?),
        None => number(text).map(|port| port..=port),
    }
}

/// All that some `listen` open.
#[derive(Clone, Debug)]
pub(crate) struct Listeners {
    /// Ranges that do not overlap, in their order.
    ports: BTreeMap<Host, Vec<RangeInclusive<u16>>>,
}

impl Listeners {
    /// Whether something of it is among them.
    pub(crate) fn have(&self, it: &Listener) -> bool {
        let ranges = self.ports.get(&it.host).map(Vec::as_slice).unwrap_or_default();
        let first = ranges.partition_point(|range| range.end() < it.ports.start());
        ranges.get(first).is_some_and(|range| range.start() <= it.ports.end())
    }
}

impl FromIterator<Listener> for Listeners {
    fn from_iter<I: IntoIterator<Item = Listener>>(listeners: I) -> Listeners {
        let mut ports: BTreeMap<Host, Vec<RangeInclusive<u16>>> = BTreeMap::new();
        for listener in listeners {
            ports.entry(listener.host).or_default().push(listener.ports);
        }
        for ranges in ports.values_mut() {
            ranges.sort_by_key(|range| *range.start());
            ranges.dedup_by(|next, last| {
                let is_joined = next.start() <= last.end();
                if is_joined {
                    *last = *last.start()..=*last.end().max(next.end());
                }
                is_joined
            });
        }
        Listeners { ports }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_shared(one: &str, other: &str) -> bool {
        let all: Listeners = [Listener::parse(one)].into_iter().collect();
        all.have(&Listener::parse(other))
    }

    #[test]
    fn ok_one_address_is_written_in_many_ways() {
        let same = [
            ["18080", "*:18080"],
            ["18080", "0.0.0.0:18080"],
            ["018080", "18080"],
            ["80", "*"],
            ["127.0.0.1", "127.0.0.1:80"],
            ["[::]:443", "[0:0::0]:443"],
            ["[::1]", "[::1]:80"],
            ["Localhost:81", "localhost:81"],
            ["8000-8010", "*:8010"],
            ["unix:/run/a.sock", "unix:/run/a.sock"],
        ];
        for [one, other] in same {
            assert!(is_shared(one, other), "{one} {other}");
            assert!(is_shared(other, one), "{other} {one}");
        }
    }

    #[test]
    fn ok_others_are_others() {
        let apart = [
            ["443", "[::]:443"],
            ["18080", "127.0.0.1:18080"],
            ["18080", "18081"],
            ["8000-8010", "8011"],
            ["localhost:80", "127.0.0.1:80"],
            ["unix:/run/a.sock", "unix:/run/A.sock"],
            ["", "80"],
            ["99999", "99998"],
            ["[::1", "[::1]"],
        ];
        for [one, other] in apart {
            assert!(!is_shared(one, other), "{one} {other}");
        }
    }

    #[test]
    fn ok_ranges_of_ports_are_joined() {
        let all = ["90-95", "80", "85-93", "*:70-75", "94", "60"].map(Listener::parse);
        let all: Listeners = all.into_iter().collect();
        for (port, is_open) in [
            (59, false),
            (60, true),
            (72, true),
            (76, false),
            (80, true),
            (84, false),
            (94, true),
            (96, false),
        ] {
            assert_eq!(all.have(&Listener::parse(&port.to_string())), is_open, "{port}");
        }
    }
}
