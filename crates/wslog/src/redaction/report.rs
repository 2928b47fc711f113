//! Pseudonyms in a report, once all in it has been judged. Every field there is, is named here: whoever adds
//! one has to say what becomes of it.

use crate::analysis::{
    AcceptCounts, AgeCluster, Ages, Analysis, CellRow, ClientsRow, Downgrades, Handshakes,
    InputSummary, LatencyRow, LocatedRow, MalformedReason, NodeRow, PathRow, RejectedLine,
    RemoteAddrRow, SightingExample, Sightings, Source, VantageRow,
};
use crate::diagnosis::{Example, Finding};
use crate::redaction::pseudonyms::Pseudonyms;
use crate::redaction::{HIDDEN, REDACTED};
use crate::trace::{Loss, Trace, TracedError, TracedSighting};

impl Pseudonyms<'_> {
    pub(super) fn analysis(&mut self, analysis: &mut Analysis) {
        let Analysis {
            schema_version: _,
            wslog_version: _,
            input,
            mark: _,
            requests: _,
            sightings,
            timeline: _,
            ages,
            handshakes,
            downgrades,
            accepts,
            redaction,
            error_log: _,
            findings,
            problems: _,
            basis: _,
        } = analysis;
        *redaction = Some(REDACTED.to_vec());
        self.input(input);
        self.sightings(sightings);
        ages.iter_mut().for_each(|ages| self.ages(ages));
        self.handshakes(handshakes);
        self.downgrades(downgrades);
        let AcceptCounts { verified: _, missing: _, mismatched: _, examples } = accepts;
        examples.iter_mut().for_each(|example| self.example(example));
        findings.iter_mut().for_each(|finding| self.finding(finding));
    }

    fn input(&mut self, input: &mut InputSummary) {
        let InputSummary {
            sources,
            lines: _,
            parsed: _,
            malformed: _,
            ambiguous: _,
            blank: _,
            period: _,
            outside_period: _,
            contested: _,
            capabilities: _,
            first_started_at: _,
            last_logged_at: _,
            malformed_reasons,
            malformed_examples,
            ambiguous_examples,
        } = input;
        sources.iter_mut().for_each(|Source { path, .. }| self.put_into(path));
        for MalformedReason { expected, count: _, first } in malformed_reasons {
            hide_literals(expected);
            self.rejected(first);
        }
        let examples = malformed_examples.iter_mut().chain(ambiguous_examples);
        examples.for_each(|line| self.rejected(line));
    }

    fn rejected(&mut self, line: &mut RejectedLine) {
        let RejectedLine { source, line: _, byte: _, column: _, expected, found } = line;
        self.put_into(source);
        hide_literals(expected);
        HIDDEN.clone_into(found);
    }

    fn sightings(&mut self, sightings: &mut Sightings) {
        let Sightings {
            total: _,
            by_rule: _,
            paths_lost: _,
            by_protocol_status: _,
            by_remote_addr,
            by_vantage,
            nodes,
            cells,
        } = sightings;
        for RemoteAddrRow { remote_addr, totals: _ } in by_remote_addr.iter_mut() {
            self.put_into(remote_addr);
        }
        for VantageRow { vantage, totals: _ } in by_vantage.iter_mut() {
            self.put_into(vantage);
        }
        for NodeRow { vantage, remote_addr, totals: _ } in nodes.iter_mut() {
            self.put_into(vantage);
            self.put_into(remote_addr);
        }
        for cell in cells.iter_mut() {
            let CellRow { vantage, remote_addr, protocol: _, status: _, count: _, near_mark: _ } =
                cell;
            self.put_into(vantage);
            self.put_into(remote_addr);
        }
        // In the order of the pseudonyms: that of the names would tell something of them.
        by_remote_addr.sort_by(|one, other| one.remote_addr.cmp(&other.remote_addr));
        by_vantage.sort_by(|one, other| one.vantage.cmp(&other.vantage));
        nodes.sort_by(|one, other| {
            (&one.vantage, &one.remote_addr).cmp(&(&other.vantage, &other.remote_addr))
        });
        cells.sort_by(|one, other| {
            let order = |it: &CellRow| (it.protocol, it.status);
            let names = (&one.vantage, &one.remote_addr).cmp(&(&other.vantage, &other.remote_addr));
            names.then_with(|| order(one).cmp(&order(other)))
        });
    }

    fn ages(&mut self, ages: &mut Ages) {
        let Ages { unknown: _, bins: _, clusters } = ages;
        for AgeCluster { vantage, what: _, from: _, to: _, middle: _, count: _ } in
            clusters.iter_mut()
        {
            self.put_into(vantage);
        }
        clusters
            .sort_by(|one, other| (&one.vantage, one.from.0).cmp(&(&other.vantage, other.from.0)));
    }

    fn handshakes(&mut self, handshakes: &mut Handshakes) {
        let Handshakes {
            total: _,
            distinct_keys: _,
            keys_seen_more_than_once: _,
            keys_reused: _,
            retries: _,
            malformed_keys: _,
            evicted: _,
            paths,
            upgrade_lost,
            latencies,
            clients,
        } = handshakes;
        for PathRow { vantages, ordered: _, count: _, downgrades } in paths.iter_mut() {
            vantages.iter_mut().for_each(|vantage| self.put_into(vantage));
            downgrades.iter_mut().for_each(|row| self.loss(&mut row.loss));
        }
        self.located(upgrade_lost);
        for LatencyRow { vantage, count: _, latency: _ } in latencies.iter_mut() {
            self.put_into(vantage);
        }
        for ClientsRow { vantage, .. } in clients.iter_mut() {
            self.put_into(vantage);
        }
        paths.sort();
        latencies.sort_by(|one, other| one.vantage.cmp(&other.vantage));
        clients.sort_by(|one, other| one.vantage.cmp(&other.vantage));
    }

    fn downgrades(&mut self, downgrades: &mut Downgrades) {
        let Downgrades { total: _, failed: _, near_mark: _, proven: _, located, examples } =
            downgrades;
        self.located(located);
        examples.iter_mut().for_each(|example| self.example(example));
    }

    fn located(&mut self, rows: &mut [LocatedRow]) {
        for row in rows.iter_mut() {
            let LocatedRow { after, before, count: _, failed: _, near_mark: _, is_assumed: _ } =
                row;
            after.iter_mut().chain(before).for_each(|name| self.put_into(name));
        }
        rows.sort_by(|one, other| (&one.before, &one.after).cmp(&(&other.before, &other.after)));
    }

    fn finding(&mut self, finding: &mut Finding) {
        let Finding {
            id: _,
            severity: _,
            title,
            explanation,
            span: _,
            affected: _,
            numbers: _,
            examples,
            remedy,
        } = finding;
        [title, explanation, remedy].into_iter().for_each(|text| self.put_into(text));
        for example in examples {
            match example {
                Example::Sighting(sighting) => self.example(sighting),
                Example::Line(line) => self.rejected(line),
            }
        }
    }

    fn example(&mut self, example: &mut SightingExample) {
        let SightingExample {
            source,
            line: _,
            byte: _,
            key,
            remote_addr,
            vantage,
            protocol: _,
            status: _,
            request_time: _,
            started_at: _,
            logged_at: _,
        } = example;
        [source, remote_addr, vantage].into_iter().for_each(|text| self.put_into(text));
        *key = key.map(|key| self.websocket_key(key));
    }

    fn loss(&mut self, loss: &mut Loss) {
        let Loss { kind: _, after, before } = loss;
        after.iter_mut().chain([before]).for_each(|name| self.put_into(name));
    }

    pub(super) fn trace(&mut self, trace: &mut Trace) {
        let Trace { key, requests: _, is_reused: _, sightings, downgrade, upgrade_lost, changes } =
            trace;
        *key = self.websocket_key(*key);
        sightings.iter_mut().for_each(|sighting| self.traced(sighting));
        downgrade.iter_mut().chain(upgrade_lost).for_each(|loss| self.loss(loss));
        changes.iter_mut().for_each(|change| self.put_into(change));
    }

    fn traced(&mut self, sighting: &mut TracedSighting) {
        let TracedSighting {
            request: _,
            behind: _,
            is_retry: _,
            source,
            line: _,
            byte: _,
            vantage,
            witness: _,
            remote_addr,
            upstream_addr,
            protocol: _,
            upgrade: _,
            status: _,
            outcome: _,
            started_at: _,
            logged_at: _,
            request_time: _,
            errors,
        } = sighting;
        let texts = [source, vantage, remote_addr, upstream_addr];
        texts.into_iter().for_each(|text| self.put_into(text));
        for TracedError { source, line: _, byte: _, meaning: _ } in errors {
            self.put_into(source);
        }
    }
}

/// Names of variables stay; what stands between them in a format may be anybody's.
fn hide_literals(expected: &mut String) {
    if !expected.starts_with('$') {
        HIDDEN.clone_into(expected);
    }
}
