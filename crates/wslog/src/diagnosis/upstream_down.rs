//! `upstream-down`: handshakes are answered 502 or 503.

use std::collections::BTreeMap;

use crate::capability::Capability;
use crate::diagnosis::measure::{Compared, Counts, Measure, logged};
use crate::diagnosis::phrase::{list, share};
use crate::diagnosis::pick::Pick;
use crate::diagnosis::{Affected, Facts, Finding, Number, Rule, Severity, UpstreamCell};

/// Most names in a sentence, and most statements.
const NAMED: usize = 4;

pub(super) const RULE: Rule = Rule {
    id: "upstream-down",
    text: include_str!("upstream_down.md"),
    is_followed: true,
    finding,
    shown_by: |_| vec![Pick { statuses: &[502, 503], ..Pick::default() }],
    compared: Compared::Counted { needs: &[Capability::Status], measures },
};

fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let is_down = |cell: &UpstreamCell| matches!(cell.status.code(), 502 | 503);
    let count = |facts: &Facts<'_>| logged(facts, |_| true, is_down);
    vec![Measure::of(Counts::Failures, "Sightings answered 502 or 503", (before, after), count)]
}

/// Sightings of one vantage point.
#[derive(Default)]
struct At<'a> {
    total: u64,
    down: u64,
    /// Those of each upstream server, by its address.
    servers: BTreeMap<&'a str, u64>,
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let mut vantages: BTreeMap<&str, At<'_>> = BTreeMap::new();
    let mut statuses = [0, 0];
    for cell in facts.logged {
        let at = vantages.entry(&cell.vantage).or_default();
        at.total += cell.count;
        let Some(which) = [502, 503].iter().position(|code| cell.status.code() == *code) else {
            continue;
        };
        statuses[which] += cell.count;
        at.add_down(cell);
    }
    vantages.retain(|_, at| at.down > 0);
    if vantages.is_empty() {
        return None;
    }
    let is_most = vantages.values().any(|at| 2 * at.down >= at.total);
    let [bad_gateway, unavailable] = statuses;
    let mut statements: Vec<String> =
        vantages.iter().take(NAMED).map(|(vantage, at)| at.statement(vantage)).collect();
    statements.push(format!("Answered with 502: {bad_gateway}; with 503: {unavailable}."));
    statements.extend(facts.inferred());
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: if is_most { Severity::Critical } else { Severity::Warning },
        title: "Opening handshakes are answered 502 or 503: no upstream server took them".into(),
        explanation: statements.join("\n"),
        affected: Affected {
            affected: vantages.values().map(|at| at.down).sum(),
            of: facts.logged.iter().map(|cell| cell.count).sum(),
            unit: "sightings",
        },
        numbers: BTreeMap::from([
            ("bad_gateway", Number::Count(bad_gateway)),
            ("unavailable", Number::Count(unavailable)),
            ("vantage_points", Number::Count(vantages.len() as u64)),
        ]),
        examples: Vec::new(),
        remedy: "Look whether the servers run and listen where nginx asks for them, and at nginx's \
                 error log of the time, which says why: `wslog analyze access.log error.log`. A 503 \
                 is often nginx's own `limit_conn` or `limit_req`, or a server that says it is full."
            .into(),
    })
}

impl<'a> At<'a> {
    fn add_down(&mut self, cell: &'a UpstreamCell) {
        self.down += cell.count;
        if !cell.upstream_addr.is_empty() {
            *self.servers.entry(&cell.upstream_addr).or_default() += cell.count;
        }
    }

    fn statement(&self, vantage: &str) -> String {
        let mut servers: Vec<_> = self.servers.iter().collect();
        servers.sort_by_key(|(address, count)| (u64::MAX - **count, **address));
        let named = |(address, count): &(&&str, &u64)| match **address {
            "-" => format!("{count} sent on to none"),
            address => format!("{count} by way of {address}"),
        };
        let names: Vec<String> = servers.iter().map(named).collect();
        let which =
            if names.is_empty() { String::new() } else { format!(": {}", list(&names, NAMED)) };
        format!("At {vantage} {} of all sightings failed so{which}.", share(self.down, self.total))
    }
}
