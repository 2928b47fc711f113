//! `http2-listener`: nginx opens no WebSockets over HTTP/2.

use std::collections::BTreeSet;

use wslog_parse::nginx_conf::{Argument, Directive};

use crate::audit::rule::Rule;
use crate::audit::tree::{LevelId, argument};
use crate::audit::{Facts, Hit, NginxVersion};
use crate::diagnosis::Severity;

pub(super) const RULE: Rule = Rule {
    id: "http2-listener",
    title: "HTTP/2 is spoken where WebSockets are to be opened, and nginx opens none over it",
    text: include_str!("http2_listener.md"),
    hits,
    explanation: |facts| {
        let meaning = "nginx does not announce WebSockets over HTTP/2 (RFC 8441), so browsers open them \
                       over HTTP/1.1 beside it, and all is well. A balancer in front that hands requests on \
                       over HTTP/2 cannot.";
        let answer = match facts.is_before(NginxVersion::NO_UPGRADE_OVER_HTTP_2) {
            Some(true) => {
                "Such a handshake is logged as 101 of about 1 ms, and is of no use to its client."
            }
            Some(false) => "Such a handshake is answered 400.",
            None => {
                "Such a handshake is logged as 101 of about 1 ms that is of no use to its client; from \
                 nginx 1.31 on it is answered 400."
            }
        };
        format!("{meaning}\n{answer}")
    },
    remedy: "Let whatever stands in front speak HTTP/1.1 to nginx for WebSockets. Without TLS, a listener \
             with http2 needs nginx 1.25.1 or newer to speak HTTP/1.1 as well: take the http2 away.",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let servers: BTreeSet<LevelId> = facts.located().filter_map(|(_, it, _)| it.server).collect();
    let with_tls: BTreeSet<String> = facts
        .tree
        .all("listen")
        .filter(|(_, it)| has(it, "ssl"))
        .map(|(_, it)| argument(it, 0))
        .collect();
    servers.into_iter().flat_map(|server| of_server(facts, server, &with_tls)).collect()
}

fn of_server(facts: &Facts<'_>, server: LevelId, with_tls: &BTreeSet<String>) -> Vec<Hit> {
    let Some(level) = facts.tree.get(server) else { return Vec::new() };
    let is_tls = facts.tree.effective(server, "ssl").is_some_and(|(_, it)| argument(it, 0) == "on");
    let hit = |severity, directive: &Directive, text: String| Hit {
        severity,
        location: None,
        place: directive.place(),
        text,
        edits: Vec::new(),
    };
    let listeners = level.own("listen").filter_map(|listen| {
        let http2 = parameter(listen, "http2")?;
        let address = argument(listen, 0);
        if is_tls || with_tls.contains(&address) {
            let text = format!("listen {address} speaks HTTP/2 to whoever offers it");
            return Some(hit(Severity::Info, listen, text));
        }
        let (severity, which) = match facts.is_before(NginxVersion::HTTP_11_BESIDE_HTTP_2) {
            Some(true) => (Severity::Critical, ""),
            Some(false) => return Some(hit(Severity::Info, listen, plain(&address))),
            None => (Severity::Warning, " before nginx 1.25.1"),
        };
        let text = format!(
            "listen {address} has http2 and no TLS: it speaks no HTTP/1.1{which}, so no WebSocket opens"
        );
        Some(Hit { edits: vec![facts.editor.remove(listen, http2)], ..hit(severity, listen, text) })
    });
    let directive = facts.tree.effective(server, "http2").filter(|(_, it)| argument(it, 0) == "on");
    let directive = directive.map(|(_, it)| {
        hit(Severity::Info, it, "http2 is on: HTTP/2 is spoken to whoever offers it".to_owned())
    });
    listeners.chain(directive).collect()
}

fn plain(address: &str) -> String {
    format!("listen {address} speaks HTTP/2 without TLS to whoever begins with it")
}

fn has(listen: &Directive, name: &str) -> bool {
    parameter(listen, name).is_some()
}

fn parameter<'c>(listen: &'c Directive, name: &str) -> Option<&'c Argument> {
    listen.arguments().iter().skip(1).find(|it| *it.value() == *name.as_bytes())
}
