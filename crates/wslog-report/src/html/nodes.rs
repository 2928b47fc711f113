//! Who connected, by how surely they fail.

use serde::Serialize;
use wslog::{Analysis, NodeRow, Totals};

use crate::html::cell;
use crate::html::outcomes::{rounded, share};
use crate::words;

/// Most of them.
const MOST: usize = 100;

#[derive(Serialize)]
pub(super) struct Nodes {
    rows: Vec<Node>,
    more: Option<String>,
}

#[derive(Serialize)]
struct Node {
    vantage: String,
    remote_addr: String,
    total: u64,
    http10: u64,
    established: u64,
    failed: u64,
    near_mark: u64,
    /// The share that failed, the interval's lower end and its width, in percent.
    rate: f64,
    low: f64,
    width: f64,
    words: String,
}

impl Nodes {
    pub(super) fn of(analysis: &Analysis) -> Nodes {
        let mut nodes: Vec<(f64, &NodeRow)> =
            analysis.sightings.nodes.iter().map(|it| (it.totals.failed_interval().0, it)).collect();
        // Those that are alike stay in the order of their names.
        nodes.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        Nodes {
            rows: nodes.iter().take(MOST).map(|(_, node)| Node::of(node)).collect(),
            more: words::more(MOST, nodes.len()),
        }
    }
}

impl Node {
    fn of(node: &NodeRow) -> Node {
        let Totals { total, http10, established, failed, near_mark } = node.totals;
        let (low, high) = node.totals.failed_interval();
        let rate = share(failed, total.max(1)) * 100.0;
        let (low, high) = (low * 100.0, high * 100.0);
        Node {
            vantage: cell(&node.vantage),
            remote_addr: cell(&node.remote_addr),
            total,
            http10,
            established,
            failed,
            near_mark,
            rate: rounded(rate),
            low: rounded(low),
            width: rounded(high - low),
            words: format!("{rate:.1} ({low:.1} to {high:.1})"),
        }
    }
}
