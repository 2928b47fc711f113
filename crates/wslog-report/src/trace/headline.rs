//! What is broken, in one sentence.

use wslog::{Loss, LossKind, Trace};

/// Whether and where the handshake lost what it needs.
pub(super) fn headline(trace: &Trace) -> String {
    let losses = [("HTTP/1.1", &trace.downgrade), ("its Upgrade", &trace.upgrade_lost)];
    let told: Vec<_> =
        losses.iter().filter_map(|(what, loss)| Some(lost(what, loss.as_ref()?))).collect();
    match told.is_empty() {
        false => told.join(" "),
        true => "Nothing was lost on the way.".to_owned(),
    }
}

fn lost(what: &str, Loss { kind, after, before }: &Loss) -> String {
    match (kind, after) {
        (LossKind::Proven, Some(after)) => {
            format!("Lost {what} between {after} and {before} (proven).")
        }
        (LossKind::Proven, None) => {
            format!("Lost {what} before {before} (proven; between which two is not known).")
        }
        (LossKind::Suspected, _) => format!("Came without {what} to {before} (suspected)."),
    }
}
