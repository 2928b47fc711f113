//! `reload-tunnels`: what a reload does to the tunnels that are open.

use crate::audit::purpose::passes_upgrade;
use crate::audit::rule::Rule;
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit};
use crate::diagnosis::Severity;

pub(super) const RULE: Rule = Rule {
    id: "reload-tunnels",
    title: "What a reload does to open tunnels",
    text: include_str!("reload_tunnels.md"),
    hits,
    explanation: |_| {
        "At a reload nginx starts new workers, and the old ones go on until their last connection ends. A \
         tunnel may be open for days. worker_shutdown_timeout bounds that: what is open then is closed."
            .to_owned()
    },
    remedy: "Choose: without worker_shutdown_timeout no tunnel is cut, and every reload leaves workers \
             with their memory and the old configuration; with it, let clients come back at random \
             times, and make it longer than the tunnels that matter.",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let has_tunnels = facts.located().any(|(_, it, _)| passes_upgrade(&facts.variables, it));
    let Some(http) = facts.tree.http().filter(|_| has_tunnels) else { return Vec::new() };
    let set = facts.tree.all("worker_shutdown_timeout").last();
    let (place, text) = match set {
        Some((_, set)) => {
            let after = argument(set, 0);
            (set.place(), format!("worker_shutdown_timeout cuts tunnels {after} after a reload"))
        }
        None => {
            let text = "no worker_shutdown_timeout: old workers stay until their last tunnel ends";
            (http.place(), text.to_owned())
        }
    };
    vec![Hit { severity: Severity::Info, location: None, place, text, edits: Vec::new() }]
}
