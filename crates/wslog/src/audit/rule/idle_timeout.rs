//! `idle-timeout`: how soon nginx ends a tunnel through which nothing comes.

use wslog_parse::Millis;

use crate::audit::location::Proxied;
use crate::audit::purpose::passes_upgrade;
use crate::audit::rule::{Rule, hit};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit, time};
use crate::diagnosis::Severity;

pub(super) const RULE: Rule = Rule {
    id: "idle-timeout",
    title: "Tunnels end when nothing comes through them for a minute or less",
    text: include_str!("idle_timeout.md"),
    hits,
    explanation: |_| {
        "proxy_read_timeout holds for tunnels as well: once the upstream was silent for so long, nginx \
         closes the tunnel, and logs 101 all the same. Whether that hurts depends on whether the peers \
         ping, which a configuration does not tell."
            .to_owned()
    },
    remedy: "Let the upstream server send a ping well before that, every 20 to 30 s. Or raise \
             proxy_read_timeout in this location, to 1h for example: then a server that never answers a \
             handshake costs its client as long.",
};

/// How many tunnels of the location ended at the age that logs were asked about, if that is its timeout.
fn ended(facts: &Facts<'_>, it: &Proxied<'_>) -> u64 {
    let set = facts.tree.effective(it.home, "proxy_read_timeout");
    let timeout = set.map_or(Some(DEFAULT), |(_, set)| time::parse(&argument(set, 0)));
    let is_asked = timeout.zip(facts.mark).is_some_and(|(timeout, mark)| mark.is_near(timeout));
    facts.logged.get(&it.home).filter(|_| is_asked).map_or(0, |evidence| evidence.near_mark)
}

/// nginx's default.
const DEFAULT: Millis = Millis(60_000);

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let tunnels = facts.located().filter(|(_, it, _)| passes_upgrade(&facts.variables, it));
    let hits = tunnels.filter_map(|(index, it, _)| {
        let severity = match ended(facts, it) {
            0 => Severity::Info,
            _ => Severity::Warning,
        };
        let Some((_, set)) = facts.tree.effective(it.home, "proxy_read_timeout") else {
            let what = "proxy_read_timeout is 60s, nginx's default";
            return Some(Hit { severity, ..hit(facts, index, it, what) });
        };
        let text = argument(set, 0);
        let timeout = time::parse(&text).filter(|timeout| *timeout <= DEFAULT)?;
        if timeout == Millis(0) {
            let what = format!("proxy_read_timeout is {text}: every handshake is answered 504");
            return Some(Hit { place: set.place(), ..hit(facts, index, it, &what) });
        }
        let what = format!("proxy_read_timeout is {text}");
        Some(Hit { severity, place: set.place(), ..hit(facts, index, it, &what) })
    });
    hits.collect()
}
