//! A configuration's audit for WebSocket proxying: which locations proxy WebSockets, or look as if they
//! should, what holds in each, and what of it will break them.
//!
//! ```
//! use wslog::{Audit, AuditOptions};
//!
//! let conf = br#"
//! location /ws/ {
//!     proxy_pass http://127.0.0.1:3000;
//!     proxy_set_header Upgrade $http_upgrade;
//!     proxy_set_header Connection "upgrade";
//! }"#;
//! let audit = Audit::read_from("nginx.conf", &conf[..], &AuditOptions::default())?;
//! assert_eq!(audit.locations[0].name, "location /ws/");
//! assert_eq!(audit.findings[0].id, "proxy-http-version");
//! assert!(audit.patch.contains("+    proxy_http_version 1.1;"));
//! # Ok::<(), wslog::NginxConfError>(())
//! ```
//!
//! What holds in a location is its own, else what the level around it has: `http`, `server`, `location`,
//! and a `location` in it. Of `proxy_set_header`, `proxy_hide_header` and `access_log`, a level with one
//! of its own inherits none. A `proxy_pass` is never inherited, and counts only where a handshake comes
//! to it. What is made of a value with variables in it is worked out for a handshake and for a plain
//! request, through any `map`; where it depends on something else, nothing is said of it.

mod answered;
mod aside;
mod edit;
mod entries;
mod evidence;
mod headers;
mod keepalive;
mod listen;
mod location;
mod patch;
mod purpose;
mod reach;
mod request;
mod route;
mod rule;
mod spelling;
mod time;
mod tree;
mod version;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use wslog_parse::nginx_conf::{ConfError, Configuration, Directive, Logging, Place};

pub use self::evidence::{Evidence, EvidenceTotals, StatusCount};
pub use self::location::{AuditedLocation, Setting};
pub use self::version::{NginxVersion, NoNginxVersion};

use self::answered::Answered;
use self::edit::{Edit, Editor};
use self::keepalive::Kept;
use self::location::Proxied;
use self::purpose::Hint;
use self::request::Variables;
use self::rule::RULES;
use self::tree::{LevelId, Tree};
use crate::analysis::Analysis;
use crate::diagnosis::{Explanation, Severity};
use crate::nginx_conf::{NginxConfError, read_configuration, read_configuration_from};
use crate::websocket::mark::Mark;

/// How a configuration is judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditOptions<'a> {
    /// The version of the nginx that is to read it; what depends on it is told of all versions when it
    /// is `None`.
    pub nginx_version: Option<NginxVersion>,
    /// What this nginx logged, read with [`Options::targets`](crate::Options::targets).
    pub logs: Option<&'a Analysis>,
}

/// What a configuration means for WebSockets.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// The version of this structure: keys may be added, never renamed or removed.
    pub schema_version: u32,
    /// The version of this library.
    pub wslog_version: &'static str,
    /// What it was judged for.
    pub nginx_version: Option<NginxVersion>,
    /// The files that were read, by name.
    pub files: Vec<String>,
    /// How many locations have a `proxy_pass` that a client's handshake may come to.
    pub proxied: usize,
    /// What the logs say together; `None` without logs.
    pub evidence: Option<EvidenceTotals>,
    /// Those that proxy WebSockets or look as if they should, by place.
    pub locations: Vec<AuditedLocation>,
    /// The most severe first, then by name.
    pub findings: Vec<AuditFinding>,
    /// What could not be read, or nginx would refuse; findings may be missing for it.
    pub problems: Vec<ConfProblem>,
    /// What mends all findings that can be mended by machine, as a unified diff for `patch -p0` or
    /// `git apply -p0`; empty if there are none. What is not UTF-8 is replaced: see
    /// [`Audit::patch_bytes`].
    pub patch: String,
    #[serde(skip)]
    patch_bytes: Vec<u8>,
}

/// Something that breaks WebSockets, or that their operator should know.
#[derive(Clone, Debug, Serialize)]
pub struct AuditFinding {
    /// Its stable name, such as `proxy-http-version`.
    pub id: &'static str,
    /// How much it matters: the most severe of its places.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub title: &'static str,
    /// What that does.
    pub explanation: String,
    /// Where, by place.
    pub places: Vec<FindingPlace>,
    /// What to do.
    pub remedy: String,
    /// What mends it, as a unified diff; empty where that is not for a machine to choose.
    pub patch: String,
}

/// A place that shows a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingPlace {
    /// The place in [`Audit::locations`] of the location that it is about.
    pub location: Option<usize>,
    /// Where to look.
    pub place: ConfPlace,
    /// How severe it is there.
    pub severity: Severity,
    /// What is there.
    pub text: String,
}

/// A place in a configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ConfPlace {
    /// The file's name, as it was given or as a dump names it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}

/// What is wrong with a configuration itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfProblem {
    /// Where.
    pub place: ConfPlace,
    /// What.
    pub reason: String,
    /// Whether a finding may be missing for it; a `log_format` that cannot be compiled hides none.
    pub hides_findings: bool,
}

impl Audit {
    /// Reads a configuration with everything it includes, and judges it.
    ///
    /// # Errors
    /// [`NginxConfError::Unreadable`], [`NginxConfError::Syntax`].
    pub fn read(path: &Path, options: &AuditOptions<'_>) -> Result<Audit, NginxConfError> {
        judged(&read_configuration(path)?, options)
    }

    /// The same from anywhere, under the name of the main file.
    ///
    /// # Errors
    /// As [`Audit::read`].
    pub fn read_from(
        name: &str,
        reader: impl Read,
        options: &AuditOptions<'_>,
    ) -> Result<Audit, NginxConfError> {
        judged(&read_configuration_from(name, reader)?, options)
    }

    /// What each finding there is means, by name.
    pub fn explanations() -> impl Iterator<Item = Explanation> {
        RULES.iter().map(|rule| {
            let summary = rule.text.lines().nth(2).unwrap_or_default();
            Explanation { id: rule.id, summary, text: rule.text, is_followed: false }
        })
    }

    /// [`Audit::patch`] byte for byte.
    pub fn patch_bytes(&self) -> &[u8] {
        &self.patch_bytes
    }
}

/// What a rule judges.
pub(crate) struct Facts<'c> {
    tree: Tree<'c>,
    variables: Variables<'c>,
    editor: Editor<'c>,
    logging: Logging,
    kept: Kept,
    /// The files that levels have directives from which are not looked at.
    files_of_others: BTreeSet<Arc<str>>,
    /// The last that says how large maps are: a map may not stand in front of it.
    map_size: Option<&'c Directive>,
    version: Option<NginxVersion>,
    /// What logs say, by location.
    logged: BTreeMap<LevelId, Evidence>,
    /// The age that logs were asked about.
    mark: Option<Mark>,
    /// Those that are looked at, each with what speaks for it.
    locations: Vec<(Proxied<'c>, Vec<Hint>)>,
}

impl<'c> Facts<'c> {
    /// Those with their number, in the order of the report.
    fn located(&self) -> impl Iterator<Item = (usize, &Proxied<'c>, &[Hint])> {
        self.locations.iter().enumerate().map(|(index, (it, hints))| (index, it, hints.as_slice()))
    }

    /// The `server` blocks, in their order.
    fn servers(&self) -> impl Iterator<Item = (LevelId, &'c Directive)> {
        let servers = self.tree.ids().filter_map(|id| Some((id, self.tree.get(id)?)));
        let servers = servers.filter(|(_, level)| level.kind == tree::Kind::Server);
        servers.filter_map(|(id, level)| Some((id, level.block?)))
    }

    /// Whether this nginx is older than that; `None` if its version is not told.
    fn is_before(&self, version: NginxVersion) -> Option<bool> {
        self.version.map(|this| this < version)
    }
}

/// Leaves out edits that would insert twice: where several `proxy_pass` of one location are told, and where
/// a file that several servers include would need another text for each.
fn keep_apart(facts: &Facts<'_>, hits: &mut [Hit]) {
    let mut texts: BTreeMap<(Arc<str>, usize), BTreeSet<Vec<u8>>> = BTreeMap::new();
    let inserted = |edit: &&Edit| edit.start == edit.end && !edit.is_apart;
    for edit in hits.iter().flat_map(|hit| hit.edits.iter().filter(inserted)) {
        let place = (edit.file.clone(), edit.start);
        texts.entry(place).or_default().insert(edit.text.clone());
    }
    let is_clear = |edit: &Edit| {
        !inserted(&edit)
            || texts.get(&(edit.file.clone(), edit.start)).is_none_or(|all| all.len() < 2)
    };
    let mut homes = BTreeSet::new();
    for hit in hits {
        let home = hit.location.and_then(|index| facts.locations.get(index)).map(|(it, _)| it.home);
        let is_inserting = hit.edits.iter().any(|edit| inserted(&edit));
        let is_first = home.is_none_or(|home| !is_inserting || homes.insert(home));
        if !is_first || !hit.edits.iter().all(is_clear) {
            hit.edits.clear();
        }
    }
}

/// A place that a rule names, and what mends it.
pub(crate) struct Hit {
    severity: Severity,
    location: Option<usize>,
    place: Place,
    text: String,
    edits: Vec<Edit>,
}

/// Behind a `;` that is missing nothing is judged: what follows may be part of anything.
fn judged(
    configuration: &Configuration,
    options: &AuditOptions<'_>,
) -> Result<Audit, NginxConfError> {
    let refused = configuration.refused();
    match refused.iter().find(|it| it.is_missing_semicolon()) {
        Some(error) => Err(error.clone().into()),
        None => Ok(audit(configuration, &refused, options)),
    }
}

fn audit(
    configuration: &Configuration,
    refused: &[ConfError],
    options: &AuditOptions<'_>,
) -> Audit {
    let tree = Tree::of(configuration);
    let variables = Variables::of(&tree, configuration.unread().is_empty());
    let proxied = Proxied::all(&tree);
    let count = proxied.len();
    let placed = options.logs.map(|logs| evidence::place(&tree, &proxied, logs));
    let (logged, totals) =
        placed.map_or_else(Default::default, |(logged, totals)| (logged, Some(totals)));
    let locations = proxied.into_iter().filter_map(|it| {
        // Its handshakes go on elsewhere.
        if Answered::of(&tree, &variables, &it).is_some_and(|it| it.is_taken_on) {
            return None;
        }
        let mut hints = purpose::hints(&tree, &variables, &it);
        hints.extend(logged.get(&it.home).map(|_| Hint::Log));
        (!hints.is_empty()).then_some((it, hints))
    });
    let locations: Vec<_> = locations.collect();
    let facts = Facts {
        files_of_others: headers::files_of_others(&tree, &locations),
        locations,
        variables,
        editor: Editor::new(configuration),
        logging: configuration.logging(),
        kept: Kept::of(&tree),
        map_size: headers::map_size(&tree),
        version: options.nginx_version,
        logged,
        mark: options.logs.map(|logs| logs.mark),
        tree,
    };
    let of_rule = |rule: &'static rule::Rule| {
        let mut hits = (rule.hits)(&facts);
        keep_apart(&facts, &mut hits);
        (rule, hits)
    };
    let hits: Vec<_> = RULES.iter().map(of_rule).collect();
    let patch_bytes = patch::unified(configuration, hits.iter().flat_map(|(_, hits)| edits(hits)));
    let findings = hits.into_iter().filter_map(|(rule, hits)| {
        let patch = patch::unified(configuration, edits(&hits));
        finding(rule, &facts, hits, &patch)
    });
    let mut findings: Vec<_> = findings.collect();
    findings.sort_by_key(|finding| (finding.severity, finding.id));
    Audit {
        schema_version: 1,
        wslog_version: env!("CARGO_PKG_VERSION"),
        nginx_version: options.nginx_version,
        files: configuration.files().map(|file| file.to_string()).collect(),
        proxied: count,
        evidence: totals,
        locations: facts.located().map(|(_, it, hints)| looked_at(&facts, it, hints)).collect(),
        findings,
        problems: problems(&facts, refused),
        patch: String::from_utf8_lossy(&patch_bytes).into_owned(),
        patch_bytes,
    }
}

fn edits(hits: &[Hit]) -> impl Iterator<Item = &Edit> {
    hits.iter().flat_map(|hit| &hit.edits)
}

fn finding(
    rule: &rule::Rule,
    facts: &Facts<'_>,
    mut hits: Vec<Hit>,
    patch: &[u8],
) -> Option<AuditFinding> {
    hits.sort_by(|a, b| (a.severity, &a.place).cmp(&(b.severity, &b.place)));
    let severity = hits.first()?.severity;
    let place = |hit: Hit| FindingPlace {
        location: hit.location,
        place: hit.place.into(),
        severity: hit.severity,
        text: hit.text,
    };
    Some(AuditFinding {
        id: rule.id,
        severity,
        title: rule.title,
        explanation: (rule.explanation)(facts),
        places: hits.into_iter().map(place).collect(),
        remedy: rule.remedy.to_owned(),
        patch: String::from_utf8_lossy(patch).into_owned(),
    })
}

fn looked_at(facts: &Facts<'_>, it: &Proxied<'_>, hints: &[Hint]) -> AuditedLocation {
    AuditedLocation {
        name: it.name(&facts.tree),
        server_names: it.server_names(&facts.tree),
        place: it.place(&facts.tree).into(),
        passes_upgrade: hints.contains(&Hint::Upgrade),
        because: hints.iter().map(Hint::text).collect(),
        settings: it.settings(&facts.tree),
        evidence: facts.logged.get(&it.home).cloned(),
    }
}

/// What nginx would refuse, as far as it is judged here; one thing at each place.
fn problems(facts: &Facts<'_>, refused: &[ConfError]) -> Vec<ConfProblem> {
    let misspelt =
        spelling::misspelt(&facts.tree).into_iter().map(|(directive, meant)| ConfProblem {
            place: directive.place().into(),
            reason: format!(
                "nginx knows no directive \"{}\": is \"{meant}\" meant?",
                directive.name().escape_ascii()
            ),
            hides_findings: true,
        });
    let is_told = |it: &&ConfError| facts.tree.http().is_some() || !it.is_unknown_format();
    let told = facts.logging.problems.iter().filter(is_told);
    let known: BTreeSet<_> = refused.iter().map(ConfError::place).collect();
    let told = told.filter(|it| !known.contains(it.place()));
    told.chain(refused).map(ConfProblem::from).chain(misspelt).collect()
}

impl From<Place> for ConfPlace {
    fn from(place: Place) -> ConfPlace {
        ConfPlace { file: place.file.to_string(), line: place.line, column: place.column }
    }
}

impl std::fmt::Display for ConfPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl From<&ConfError> for ConfProblem {
    fn from(error: &ConfError) -> ConfProblem {
        ConfProblem {
            place: error.place().clone().into(),
            reason: error.reason().to_string(),
            hides_findings: error.hides_directives(),
        }
    }
}
