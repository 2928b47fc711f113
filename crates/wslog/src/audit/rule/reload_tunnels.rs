//! `reload-tunnels`: what a reload does to the tunnels that are open.

use crate::audit::purpose::passes_upgrade;
use crate::audit::rule::Rule;
use crate::audit::tree::{Kind, argument};
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
    if !has_tunnels || !facts.tree.is_whole() {
        return Vec::new();
    }
    let hit = |place, text: String| {
        vec![Hit { severity: Severity::Info, location: None, place, text, edits: Vec::new() }]
    };
    if let Some((_, set)) = facts.tree.all("worker_shutdown_timeout").last() {
        let after = argument(set, 0);
        return hit(
            set.place(),
            format!("worker_shutdown_timeout cuts tunnels {after} after a reload"),
        );
    }
    let levels = facts.tree.ids().filter_map(|id| facts.tree.get(id));
    let http = levels.filter(|level| level.kind == Kind::Http).find_map(|level| level.block);
    let text = "no worker_shutdown_timeout: old workers stay until their last tunnel ends";
    http.map(|http| hit(http.place(), text.to_owned())).unwrap_or_default()
}
