//! `access-log-blind-spots`: what the log of such a location cannot show.

use std::collections::BTreeMap;

use wslog_parse::nginx_conf::{AccessLog, Place, Target};

use crate::audit::location::Proxied;
use crate::audit::rule::Rule;
use crate::audit::{Facts, Hit};
use crate::capability::Capability;
use crate::diagnosis::Severity;
use crate::diagnosis::phrase::list;

pub(super) const RULE: Rule = Rule {
    id: "access-log-blind-spots",
    title: "The access log will not show why a handshake failed",
    text: include_str!("access_log_blind_spots.md"),
    hits,
    explanation: |_| {
        "What a format does not log nobody can tell afterwards: without the key no proof, without the \
         duration no timer, without the protocol no downgrade."
            .to_owned()
    },
    remedy: "Log what is missing: `wslog formats` prints a log_format that shows all of it.",
};

/// Where a log is told to be written, and which locations write it.
type Logs = BTreeMap<Place, (String, Vec<usize>)>;

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let mut logs = Logs::new();
    for (index, it, _) in facts.located() {
        if let Some((place, text)) = blind(facts, it) {
            logs.entry(place).or_insert_with(|| (text, Vec::new())).1.push(index);
        }
    }
    let hit = |(place, (text, locations)): (Place, (String, Vec<usize>))| Hit {
        severity: Severity::Info,
        location: match locations.as_slice() {
            [only] => Some(*only),
            _ => None,
        },
        place,
        text,
        edits: Vec::new(),
    };
    logs.into_iter().map(hit).collect()
}

/// Where the log of a location is set, and what it does not show.
fn blind(facts: &Facts<'_>, it: &Proxied<'_>) -> Option<(Place, String)> {
    let Some((_, set)) = facts.tree.list(it.home, "access_log") else {
        return unset(facts);
    };
    let logs = set
        .iter()
        .filter_map(|it| facts.logging.access_logs.iter().find(|log| log.place == it.place()));
    let logs: Vec<&AccessLog> = logs.collect();
    let first = logs.first()?;
    if logs.iter().all(|log| log.target == Target::Off) {
        return Some((
            first.place.clone(),
            "access_log is off: nothing is logged at all".to_owned(),
        ));
    }
    let written = logs.into_iter().filter(|log| log.target != Target::Off);
    let missing = written.map(|log| Some((capabilities(facts, &log.format)?, log)));
    let missing: Option<Vec<_>> = missing.collect();
    let (missing, log) = missing?.into_iter().min_by_key(|(missing, _)| missing.len())?;
    let lacking = names(&missing)?;
    Some((log.place.clone(), format!("the format \"{}\" shows no {lacking}", log.format)))
}

/// What nginx does where none is set; what surrounds a file that is given alone may set one.
fn unset(facts: &Facts<'_>) -> Option<(Place, String)> {
    let http = facts.tree.http().filter(|_| facts.logging.problems.is_empty())?;
    let lacking = names(&capabilities(facts, "combined")?)?;
    Some((http.place(), format!("no access_log is set, and \"combined\" shows no {lacking}")))
}

/// What cannot be told from lines of this format; `None` if it is not known.
fn capabilities(facts: &Facts<'_>, format: &str) -> Option<Vec<Capability>> {
    let shown = facts.logging.format(format)?.format.as_ref().ok()?.variable_set();
    let missing = Capability::ALL.iter().copied().filter(|it| !it.is_given_by(shown));
    Some(missing.collect())
}

fn names(missing: &[Capability]) -> Option<String> {
    let names: Vec<_> = missing
        .iter()
        .map(|it| {
            let variables: Vec<_> =
                it.variables().iter().map(|v| format!("${}", v.name())).collect();
            variables.join(" or ")
        })
        .collect();
    (!names.is_empty()).then(|| list(&names, names.len()))
}
