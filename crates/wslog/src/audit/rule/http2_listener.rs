//! `http2-listener`: nginx opens no WebSockets over HTTP/2.

use std::collections::{BTreeMap, BTreeSet};

use wslog_parse::nginx_conf::{Argument, Directive, Place};

use crate::audit::listen::{Listener, Listeners};
use crate::audit::rule::Rule;
use crate::audit::tree::{Kind, LevelId, argument};
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
    let open: Listeners = servers.iter().flat_map(|&server| opened(facts, server)).collect();
    let with_tls = facts.tree.all("listen").filter(|(_, it)| has(it, "ssl"));
    let with_tls: Listeners = with_tls.map(|(_, it)| Listener::of(it)).collect();
    let with_grpc = facts.tree.all("grpc_pass").map(|(id, _)| facts.tree.nearest(id, Kind::Server));
    let with_grpc: BTreeSet<LevelId> = with_grpc.flatten().collect();
    let listeners = facts.tree.all("listen").filter_map(|(server, listen)| {
        let http2 = parameter(listen, "http2")?;
        let listener = Listener::of(listen);
        if !open.have(&listener) {
            return None;
        }
        let mut address = argument(listen, 0);
        if !servers.contains(&server) {
            address += ", which a server with WebSockets opens as well,";
        }
        let is_tls = is_on(facts, server, "ssl").is_some() || with_tls.have(&listener);
        let hit = spoken(facts, listen, &address, is_tls);
        let is_mended = hit.severity != Severity::Info && !with_grpc.contains(&server);
        let edits = is_mended.then(|| facts.editor.remove(listen, http2)).into_iter().collect();
        Some(Hit { edits, ..hit })
    });
    let directives: BTreeMap<Place, Hit> = servers
        .iter()
        .filter_map(|&server| {
            let set = is_on(facts, server, "http2")?;
            let text = "http2 is on: HTTP/2 is spoken to whoever offers it".to_owned();
            Some((set.place(), hit(Severity::Info, set, text)))
        })
        .collect();
    listeners.chain(directives.into_values()).collect()
}

/// What a server opens.
fn opened(facts: &Facts<'_>, server: LevelId) -> Vec<Listener> {
    let listens = facts.tree.get(server).into_iter().flat_map(|level| level.own("listen"));
    let opened: Vec<_> = listens.map(Listener::of).collect();
    if opened.is_empty() { vec![Listener::unset()] } else { opened }
}

/// What is spoken on a listener with http2.
fn spoken(facts: &Facts<'_>, listen: &Directive, address: &str, is_tls: bool) -> Hit {
    if is_tls {
        let text = format!("listen {address} speaks HTTP/2 to whoever offers it");
        return hit(Severity::Info, listen, text);
    }
    let (severity, which) = match facts.is_before(NginxVersion::HTTP_11_BESIDE_HTTP_2) {
        Some(true) => (Severity::Critical, ""),
        Some(false) => {
            let text =
                format!("listen {address} speaks HTTP/2 without TLS to whoever begins with it");
            return hit(Severity::Info, listen, text);
        }
        None => (Severity::Warning, " before nginx 1.25.1"),
    };
    let text = format!(
        "listen {address} has http2 and no TLS: it speaks no HTTP/1.1{which}, so no WebSocket opens"
    );
    hit(severity, listen, text)
}

fn hit(severity: Severity, directive: &Directive, text: String) -> Hit {
    Hit { severity, location: None, place: directive.place(), text, edits: Vec::new() }
}

fn is_on<'c>(facts: &Facts<'c>, server: LevelId, name: &str) -> Option<&'c Directive> {
    let (_, set) = facts.tree.effective(server, name)?;
    (argument(set, 0) == "on").then_some(set)
}

fn has(listen: &Directive, name: &str) -> bool {
    parameter(listen, name).is_some()
}

fn parameter<'c>(listen: &'c Directive, name: &str) -> Option<&'c Argument> {
    listen.arguments().iter().skip(1).find(|it| *it.value() == *name.as_bytes())
}
