//! Connections to upstream servers that outlive a request.

use std::collections::BTreeSet;

use wslog_parse::nginx_conf::{Body, Directive};

use crate::audit::Facts;
use crate::audit::NginxVersion;
use crate::audit::location::Proxied;
use crate::audit::purpose::upstream;
use crate::audit::request::{Request, lists};
use crate::audit::tree::{Tree, argument};

/// The names of the `upstream` blocks that keep connections.
#[derive(Debug)]
pub(crate) struct Kept(BTreeSet<String>);

impl Kept {
    pub(crate) fn of(tree: &Tree<'_>) -> Kept {
        let upstreams = tree.all("upstream").map(|(_, upstream)| upstream);
        let kept = upstreams.filter(|it| it.block().is_some_and(has_keepalive));
        Kept(kept.map(|it| argument(it, 0).to_ascii_lowercase()).collect())
    }

    fn has(&self, it: &Proxied<'_>) -> bool {
        let name = upstream(&argument(it.proxy_pass, 0)).to_ascii_lowercase();
        self.0.contains(&name)
    }
}

/// Calls itself for what a block includes; the parser bounds how deep.
fn has_keepalive(block: &[Directive]) -> bool {
    block.iter().any(|it| match it.body() {
        Body::Included(directives) => has_keepalive(directives),
        _ => *it.name() == *b"keepalive" && argument(it, 0) != "0",
    })
}

/// Whether a plain request of this location lets its connection live: `close` would end that.
pub(crate) fn is_kept(facts: &Facts<'_>, it: &Proxied<'_>) -> bool {
    let Some(header) = it.header("Connection") else {
        // What nginx sends then is `close`, and later nothing.
        return facts.is_before(NginxVersion::HTTP_11_TO_UPSTREAMS) == Some(false);
    };
    match facts.variables.value(&argument(header, 1), Request::Plain) {
        Some(value) if value.is_empty() => true,
        Some(value) if lists(&value, "close") => false,
        _ => facts.kept.has(it),
    }
}
