//! Whether an error log needs no name to be known for that of an access log's nginx.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::directory::{Directory, Seat};
use crate::input::feed::SourceInfo;

/// Whether one access log and one error log were given, whatever is in them, and nothing shows that
/// several nginx write into the one. What holds nothing may have held either.
pub(crate) fn are_of_one_nginx(sources: &[SourceInfo], directory: &Directory) -> bool {
    let sets = |is: fn(&SourceInfo) -> bool| -> BTreeSet<u16> {
        sources.iter().filter(|source| is(source)).map(|source| source.set).collect()
    };
    let error_logs = sets(SourceInfo::is_error_log);
    let others = sets(|source| !source.is_error_log() && !source.is_capture());
    let is_empty = |set: &&u16| {
        !sources.iter().any(|source| source.set == **set && source.formats().is_some())
    };
    let access_logs = others.iter().filter(|set| !(error_logs.contains(set) && is_empty(set)));
    access_logs.count() <= 1 && error_logs.len() <= 1 && hosts(directory) <= 1
}

/// How many names lines give the machines that wrote them: `$hostname`, or `$server_addr`. One nginx may
/// have several `$server_name`.
fn hosts(directory: &Directory) -> usize {
    let hosts = directory.vantages.iter().filter_map(|vantage| {
        let name = vantage.name?;
        let text = std::str::from_utf8(directory.names.text(name)).unwrap_or_default();
        let is_host = match vantage.seat {
            Seat::Nginx { address } => address.is_some() || text.parse::<IpAddr>().is_ok(),
            _ => false,
        };
        is_host.then_some(name)
    });
    hosts.collect::<BTreeSet<u32>>().len()
}
