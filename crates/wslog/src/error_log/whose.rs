//! What it takes to know that an error log and an access log are of one nginx.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::directory::{Directory, Seat};
use crate::error_log::group::Whose;
use crate::input::feed::SourceInfo;

/// It takes nothing where one access log and one error log were given, whatever is in them, and nothing
/// shows that several nginx write into the one. What holds nothing may have held either. Where there are more
/// error logs than access logs, one at least is about requests that are not there.
pub(crate) fn whose(sources: &[SourceInfo], directory: &Directory) -> Whose {
    let sets = |is: fn(&SourceInfo) -> bool| -> BTreeSet<u16> {
        sources.iter().filter(|source| is(source)).map(|source| source.set).collect()
    };
    let error_logs = sets(SourceInfo::is_error_log);
    let others = sets(|source| !source.is_error_log() && !source.is_capture());
    let is_empty = |set: &&u16| {
        !sources.iter().any(|source| source.set == **set && source.formats().is_some())
    };
    let access_logs = others.iter().filter(|set| !(error_logs.contains(set) && is_empty(set)));
    let access_logs = access_logs.count();
    match error_logs.len() {
        0 | 1 if access_logs <= 1 && hosts(directory) <= 1 => Whose::Anyone,
        more if more > access_logs => Whose::Named,
        _ => Whose::Upstream,
    }
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
