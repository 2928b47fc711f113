//! `proxy-http-version`: HTTP/1.0 or HTTP/2 to the upstream, which have no upgrade.

use crate::audit::edit::Editor;
use crate::audit::rule::{Rule, added, hit, if_sure, severity};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit, NginxVersion};

pub(super) const RULE: Rule = Rule {
    id: "proxy-http-version",
    title: "The upstream is not asked with HTTP/1.1, so no WebSocket can be opened",
    text: include_str!("proxy_http_version.md"),
    hits,
    explanation,
    remedy: "Set proxy_http_version 1.1 in the location, or once in its server or in http.",
};

const LINE: &str = "proxy_http_version 1.1;";

fn explanation(facts: &Facts<'_>) -> String {
    let meaning = "Upgrade is a header of HTTP/1.1: upstream servers refuse a handshake at HTTP/1.0 with \
                   505, 426 or 400, or never answer it.";
    let default = match facts.is_before(NginxVersion::HTTP_11_TO_UPSTREAMS) {
        Some(true) => "nginx before 1.29.7 speaks HTTP/1.0 to upstreams where nothing is set.",
        Some(false) => "From nginx 1.29.7 on 1.1 is the default; another version is set here.",
        None => {
            "Where nothing is set, nginx before 1.29.7 speaks HTTP/1.0 to upstreams, and from 1.29.7 on \
             HTTP/1.1: --nginx-version says which yours is."
        }
    };
    format!("{meaning}\n{default}")
}

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let is_old = facts.is_before(NginxVersion::HTTP_11_TO_UPSTREAMS);
    let found = facts.located().filter_map(|(index, it, hints)| {
        let Some((level, set)) = facts.tree.effective(it.home, "proxy_http_version") else {
            let what = match is_old {
                Some(false) => return None,
                Some(true) => "no proxy_http_version is set: HTTP/1.0",
                None => "no proxy_http_version is set: HTTP/1.0 before nginx 1.29.7",
            };
            let edits = if_sure(severity(hints), || vec![added(facts, it, LINE)]);
            return Some(Hit { edits, ..hit(facts, index, it, what) });
        };
        let version = argument(set, 0);
        if version == "1.1" || version.contains('$') {
            return None;
        }
        let replaced = set.arguments().first().map(|old| Editor::replace(set, old, "1.1"));
        let edit = if level == it.home { replaced } else { Some(added(facts, it, LINE)) };
        let what = format!("proxy_http_version is {version}");
        Some(Hit {
            place: set.place(),
            edits: edit.into_iter().collect(),
            ..hit(facts, index, it, &what)
        })
    });
    found.collect()
}
