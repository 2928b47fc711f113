//! What is judged: each rule in a file of its own, with its words beside it.

mod access_log_blind_spots;
mod answer_header_hidden;
mod connection_always_upgrade;
mod connection_map;
mod connection_not_upgrade;
mod handshake_altered;
mod handshake_answered;
mod header_not_known;
mod headers_lost;
mod http2_listener;
mod idle_timeout;
mod nginx_too_old;
mod proxy_http_version;
mod reload_tunnels;
mod request_headers_off;
mod upgrade_constant;
mod upgrade_not_passed;

use crate::audit::edit::Edit;
use crate::audit::location::Proxied;
use crate::audit::purpose::Hint;
use crate::audit::{Facts, Hit};
use crate::diagnosis::Severity;

/// What makes a finding, and what it means.
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// Its name as a heading, its summary, and chapters.
    pub(crate) text: &'static str,
    pub(crate) hits: fn(&Facts<'_>) -> Vec<Hit>,
    pub(crate) explanation: fn(&Facts<'_>) -> String,
    pub(crate) remedy: &'static str,
}

/// All there are, by name.
pub(crate) const RULES: [Rule; 17] = [
    access_log_blind_spots::RULE,
    answer_header_hidden::RULE,
    connection_always_upgrade::RULE,
    connection_map::RULE,
    connection_not_upgrade::RULE,
    handshake_altered::RULE,
    handshake_answered::RULE,
    header_not_known::RULE,
    headers_lost::RULE,
    http2_listener::RULE,
    idle_timeout::RULE,
    nginx_too_old::RULE,
    proxy_http_version::RULE,
    reload_tunnels::RULE,
    request_headers_off::RULE,
    upgrade_constant::RULE,
    upgrade_not_passed::RULE,
];

/// How much something matters that keeps a location from opening WebSockets: that depends on how sure it
/// is that it should.
fn severity(hints: &[Hint]) -> Severity {
    let weight = |hint: &Hint| match hint {
        Hint::Upgrade | Hint::Connection | Hint::Log => Severity::Critical,
        Hint::Around | Hint::Path(_) | Hint::Upstream(_) => Severity::Warning,
        Hint::Timeout => Severity::Info,
    };
    let is_named = hints.iter().any(|hint| matches!(hint, Hint::Path(_) | Hint::Upstream(_)));
    match hints.contains(&Hint::Around) && is_named {
        // Somebody has set Upgrade for it.
        true => Severity::Critical,
        false => hints.iter().map(weight).min().unwrap_or(Severity::Info),
    }
}

/// Edits that mend a hit; none where it is not sure that anything is wrong.
fn if_sure(severity: Severity, edits: impl FnOnce() -> Vec<Edit>) -> Vec<Edit> {
    if severity == Severity::Info { Vec::new() } else { edits() }
}

/// A line of the location's own. Where the `proxy_pass` is in an `if`, which may not have such a one, it
/// stands behind that.
fn added(facts: &Facts<'_>, it: &Proxied<'_>, line: &str) -> Edit {
    let branch = facts.tree.get(it.id).and_then(|level| level.block);
    let anchor = branch.filter(|_| it.id != it.home).unwrap_or(it.proxy_pass);
    facts.editor.behind(anchor, &[line.to_owned()])
}

/// A place in a location, told with the location's name.
fn hit(facts: &Facts<'_>, index: usize, it: &Proxied<'_>, what: &str) -> Hit {
    let name = it.name(&facts.tree);
    let hints = facts.locations.get(index).map(|(_, hints)| hints.as_slice()).unwrap_or_default();
    Hit {
        severity: severity(hints),
        location: Some(index),
        place: it.place(&facts.tree),
        text: format!("{name}: {what}"),
        edits: Vec::new(),
    }
}
