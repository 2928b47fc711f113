//! A whole [`Partial`] becomes an [`Analysis`]: numbers become names, bytes become line numbers,
//! tables get their order.

mod attempts;
mod charts;
mod clients;
mod connected;
mod cuts;
mod examples;
mod input;
mod names;
pub(crate) mod paths;
mod peers;
mod refused;
mod stuck;
mod tables;

use wslog_parse::{Timestamp, VariableSet};

use crate::ages::Ages;
use crate::analysis::{Analysis, Downgrades, Handshakes, InputSummary, Sightings};
use crate::correlation::Needed;
use crate::correlation::located::locate;
use crate::counts::Counts;
use crate::diagnosis::{Basis, Correlated, Facts, Finding, UpstreamCell, diagnose, one_bad_node};
use crate::error_log::{ErrorLogSummary, Joined, whose};
use crate::input::feed::SourceInfo;
use crate::keys::Keys;
use crate::options::Options;
use crate::partial::{Partial, SourcePart};
use crate::redaction::marks::Marks;
use crate::redaction::redact;

use self::clients::clients;
use self::cuts::cuts;
use self::examples::cite;
pub(crate) use self::input::{capabilities, formats, input, problems};
pub(crate) use self::names::Names;
use self::peers::peers;
use self::refused::refused;
pub(crate) use self::tables::upstream_cells;
use self::tables::{
    accepts, clocks, downgrades, latencies, located, named_ages, requests, reused_examples,
    sightings,
};

/// Version of the JSON report's structure.
const SCHEMA_VERSION: u32 = 1;

/// Sums up everything read from these sources.
pub(crate) fn summarise(partial: &Partial, sources: &[SourceInfo], options: &Options) -> Analysis {
    let sightings = partial.store.sightings();
    let whose = whose(sources, &partial.directory);
    let joined = Joined::new(&partial.error_log, &partial.directory, whose, sightings);
    let mut keys = Keys::count(&partial.store, &partial.directory, options.mark);
    let ages = std::mem::take(&mut keys.ages);
    let has_error_log = sources.iter().any(SourceInfo::is_error_log);
    let error_log = has_error_log.then(|| ErrorLogSummary::of(&partial.error_log, &joined));
    let analysis = summarise_with(partial, (&keys, ages), sources, options);
    let profile = charts::profile(partial);
    let offset_minutes = analysis.input.first_started_at.or(analysis.input.last_logged_at);
    let offset_minutes = offset_minutes.map_or(0, Timestamp::offset_minutes);
    let mut analysis = Analysis {
        error_log,
        timeline: Some(charts::timeline(&profile, offset_minutes)),
        ages: Some(charts::ages(&profile, &Facts::of(&analysis))),
        ..analysis
    };
    redact(&mut analysis, options);
    analysis
}

/// The same, where the keys have been counted, and nothing is said of error logs. There is a part of each
/// source.
pub(crate) fn summarise_with(
    partial: &Partial,
    (keys, ages): (&Keys, Ages),
    sources: &[SourceInfo],
    options: &Options,
) -> Analysis {
    let mut counts = partial.counts.clone();
    for candidates in partial.paths.sightings() {
        counts.absorb_candidates(candidates);
    }
    let marks = Marks { are_on: options.redaction.is_some() };
    let names = Names::new(partial, sources, &keys.split_names, marks);
    let input = input(partial, sources, &names, options);
    let requests = requests(&counts, partial.sources.iter().map(SourcePart::requests).sum());
    let formats = formats(partial);
    let route = names.route(keys);
    let located = |needed| located(locate(&keys.correlation, needed, &route), &names);
    let mut ages = named_ages(partial, ages, &names);
    let logged = upstream_cells(&counts, &names);
    let cut = cuts(&mut ages, &names);
    let correlated = Correlated {
        accepts: accepts(&partial.accepts, &names),
        located: located(Needed::Protocol),
        upgrade_lost: located(Needed::Upgrade),
        keys_reused: keys.correlation.reuse.keys,
        keys: keys.distinct,
        keys_seen_more_than_once: keys.repeated,
        reused_examples: reused_examples(keys, &names),
        clocks: clocks(keys, &route, &names),
        peers: peers(&one_bad_node::suspects(&logged), &cut, &names),
        cuts: cut,
        refused: refused(&logged, &names),
        ages,
    };
    let Judged { sightings, downgrades, findings } =
        judge(&counts, (&input, &formats, &logged), &correlated, &names, options);
    let handshakes = Handshakes {
        paths: paths::paths(&counts, keys, &route, &names),
        upgrade_lost: correlated.upgrade_lost.clone(),
        latencies: latencies(&correlated.ages),
        clients: clients(&names),
        ..keys.handshakes(&counts, &sightings)
    };
    let mut analysis = Analysis {
        schema_version: SCHEMA_VERSION,
        wslog_version: env!("CARGO_PKG_VERSION"),
        findings,
        problems: problems(partial, sources, &names),
        mark: options.mark,
        timeline: None,
        ages: None,
        handshakes,
        input,
        requests,
        sightings,
        downgrades,
        accepts: correlated.accepts.clone(),
        redaction: None,
        error_log: None,
        basis: Basis {
            formats,
            logged,
            correlated,
            malformed_keys: counts.malformed_keys(),
            failed_downgrades: counts.downgraded.failed(),
            targets: partial.targets.clone(),
            first_logged_at: partial.extent.first_logged_at(),
        },
    };
    let mut findings = std::mem::take(&mut analysis.findings);
    cite(&mut findings, &Facts::of(&analysis), &names);
    Analysis { findings, ..analysis }
}

/// What is said of sightings.
pub(crate) struct Judged {
    pub(crate) sightings: Sightings,
    pub(crate) downgrades: Downgrades,
    pub(crate) findings: Vec<Finding>,
}

/// Judges what was counted of these lines.
pub(crate) fn judge(
    counts: &Counts,
    (input, formats, logged): (&InputSummary, &[(VariableSet, u64)], &[UpstreamCell]),
    correlated: &Correlated,
    names: &Names<'_>,
    options: &Options,
) -> Judged {
    let sightings = sightings(counts, names);
    let downgrades = downgrades(counts, &sightings, correlated.located.clone(), names);
    let findings = diagnose(&Facts {
        input,
        formats,
        sightings: &sightings,
        logged,
        malformed_keys: counts.malformed_keys(),
        downgrades: &downgrades,
        correlated,
        mark: options.mark,
        failed_downgrades: counts.downgraded.failed(),
        first_logged_at: None,
    });
    Judged { sightings, downgrades, findings }
}
