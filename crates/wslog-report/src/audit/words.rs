//! What an audit says, whatever the form.

use wslog::{
    Audit, AuditFinding, AuditedLocation, Evidence, EvidenceTotals, FindingPlace, Outcome, Severity,
};

use crate::disarm::printable;

/// Most places of a finding, and most locations, in a report for people.
pub(super) const MOST: usize = 10;

/// The headings of the locations.
pub(super) const COLUMNS: [&str; 5] = ["location", "place", "Upgrade", "Connection", "HTTP"];

/// The verdict, in one line.
pub(super) fn verdict(audit: &Audit) -> String {
    let count = |severity| audit.findings.iter().filter(|it| it.severity == severity).count();
    let [critical, warning, info] =
        [Severity::Critical, Severity::Warning, Severity::Info].map(count);
    let infos = match info {
        0 => String::new(),
        1 => "; 1 thing worth knowing".to_owned(),
        _ => format!("; {info} things worth knowing"),
    };
    let is_partial = audit.problems.iter().any(|it| it.hides_findings);
    match (audit.locations.is_empty(), critical, warning) {
        (true, 0, 0) if is_partial => "Part of it cannot be read: see below".to_owned(),
        (true, 0, 0) => "No location proxies WebSockets, or looks as if it should".to_owned(),
        (false, 0, 0) if is_partial => format!("Nothing found in what can be read of it{infos}"),
        (false, 0, 0) => match not_known(audit) {
            Some(not_known) => format!("{not_known}{infos}"),
            None => format!("Good: nothing here keeps WebSockets from working{infos}"),
        },
        (_, 0, _) => format!("{} may keep WebSockets from working{infos}", findings(warning)),
        (_, _, 0) => format!("{} WebSockets{infos}", breaking(critical)),
        _ => format!("{} WebSockets, {} may{infos}", breaking(critical), findings(warning)),
    }
}

/// What keeps a verdict from being good: which header cannot be told, and where.
fn not_known(audit: &Audit) -> Option<String> {
    let finding = audit.findings.iter().find(|it| it.id == "header-not-known")?;
    let first = finding.places.first()?;
    let others = match finding.places.len() {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    let (text, place) = (printable(&first.text), printable(&first.place.to_string()));
    Some(format!("Cannot tell whether WebSockets open: {text} ({place}){others}"))
}

fn breaking(count: usize) -> String {
    let verb = if count == 1 { "breaks" } else { "break" };
    format!("{} {verb}", findings(count))
}

fn findings(count: usize) -> String {
    match count {
        1 => "1 finding".to_owned(),
        _ => format!("{count} findings"),
    }
}

/// What was looked at.
pub(super) fn looked_at(audit: &Audit) -> String {
    let passing = audit.locations.iter().filter(|it| it.passes_upgrade).count();
    let others = audit.locations.len() - passing;
    let files = match audit.files.as_slice() {
        [only] => printable(only),
        files => format!("{} files", files.len()),
    };
    let version = match audit.nginx_version {
        Some(version) => format!("nginx {version}"),
        None => "any nginx (--nginx-version tells which)".to_owned(),
    };
    let look = match others {
        0 => String::new(),
        1 => ", 1 more looks as if it should".to_owned(),
        _ => format!(", {others} more look as if they should"),
    };
    let verb = if passing == 1 { "passes" } else { "pass" };
    let proxied = proxied(audit.proxied);
    format!("{files}: {proxied}; {passing} of them {verb} Upgrade{look}. For {version}.")
}

fn proxied(count: usize) -> String {
    match count {
        1 => "1 location with a proxy_pass".to_owned(),
        _ => format!("{count} locations with a proxy_pass"),
    }
}

/// A place as an item of a list, with what logs say of its location.
pub(super) fn place(audit: &Audit, place: &FindingPlace) -> String {
    let location = place.location.and_then(|index| audit.locations.get(index));
    let evidence = location.and_then(|it| it.evidence.as_ref());
    let logged = evidence.map_or(String::new(), |it| format!(". In the log: {}", logged(it)));
    format!("{} ({}){logged}", printable(&place.text), printable(&place.place.to_string()))
}

/// What became of handshakes.
fn logged(evidence: &Evidence) -> String {
    let statuses = evidence.by_status.iter().map(|it| match it.outcome {
        Outcome::Established => format!("{} answered 101", it.count),
        outcome => format!("{} {} ({})", it.count, outcome.name(), it.status),
    });
    let near = match evidence.near_mark {
        0 => String::new(),
        near => format!("; {near} tunnels ended near the mark"),
    };
    let handshakes = match evidence.handshakes {
        1 => "1 handshake".to_owned(),
        count => format!("{count} handshakes"),
    };
    format!("{handshakes}, {}{near}", statuses.collect::<Vec<_>>().join(", "))
}

/// What of the logs belongs to which location, if there are logs.
pub(super) fn evidence(audit: &Audit) -> Option<String> {
    let EvidenceTotals { handshakes, placed, ambiguous, elsewhere, lost, .. } =
        audit.evidence.as_ref()?;
    let parts = [
        (ambiguous, "may belong to several servers, which the log does not tell apart"),
        (elsewhere, "went where nothing is proxied"),
        (lost, "had too long a path, or were too many"),
    ];
    let parts = parts.iter().filter(|(count, _)| **count > 0);
    let parts: Vec<_> = parts.map(|(count, what)| format!("; {count} {what}")).collect();
    Some(format!(
        "Logs: {placed} of {handshakes} handshakes went to a location with a proxy_pass{}.",
        parts.concat()
    ))
}

/// The places of a finding to name, and how many more there are.
pub(super) fn places(finding: &AuditFinding) -> (&[FindingPlace], usize) {
    let shown = finding.places.get(..MOST).unwrap_or(&finding.places);
    (shown, finding.places.len() - shown.len())
}

/// A location under [`COLUMNS`].
pub(super) fn row(location: &AuditedLocation) -> [String; 5] {
    let value = |name: &str| {
        let setting = location.settings.iter().find(|it| it.directive == name);
        match setting.and_then(|it| it.value.as_deref()) {
            None => "not set".to_owned(),
            Some("") => "\"\"".to_owned(),
            Some(value) => printable(value),
        }
    };
    [
        printable(&location.name),
        printable(&format!("{}:{}", location.place.file, location.place.line)),
        value("proxy_set_header Upgrade"),
        value("proxy_set_header Connection"),
        value("proxy_http_version"),
    ]
}
