//! What every form of a comparison says in the same words.

use wslog::{
    ComparedPeriod, Comparison, FindingChange, FindingSeen, LimitId, OutcomeChange, Rate, Severity,
    Trend, Verdict,
};

/// Most names in a line.
const NAMED: usize = 6;

/// What became of the findings, a line for each verdict there is; that nothing is worse, or fixed, is said
/// as well.
pub(super) fn verdicts(comparison: &Comparison) -> Vec<String> {
    let has_risen = matches!(comparison.failures.trend, Trend::Rose | Trend::Mixed);
    let of = |verdict: Verdict| -> Vec<&str> {
        let rate = (verdict == Verdict::Worse && has_risen).then_some("the failure rate");
        let findings = comparison.findings.iter().filter(|it| it.verdict == verdict);
        rate.into_iter().chain(findings.map(|it| it.id)).collect()
    };
    let nothing = comparison.limits.iter().find(|limit| limit.id == LimitId::NoHandshakes);
    let mut lines: Vec<String> = nothing.map(|limit| limit.text.clone()).into_iter().collect();
    if comparison.findings.is_empty() && !has_risen {
        lines.push("No findings in either period.".to_owned());
        return lines;
    }
    let words = [
        (Verdict::Worse, "Worse"),
        (Verdict::Fixed, "Fixed"),
        (Verdict::Better, "Better"),
        (Verdict::Unchanged, "Unchanged"),
    ];
    let line = |(verdict, word): (Verdict, &str)| match (of(verdict), verdict) {
        (none, Verdict::Worse | Verdict::Fixed) if none.is_empty() => {
            Some(format!("{word}: nothing"))
        }
        (none, _) if none.is_empty() => None,
        (names, _) => Some(format!("{word}: {}", names.join(", "))),
    };
    lines.extend(words.into_iter().filter_map(line));
    lines
}

/// How many failed, before and after.
pub(super) fn failures(comparison: &Comparison) -> String {
    let failures = comparison.failures;
    format!(
        "Failed: {} before, {} after: {}",
        confident(failures.before),
        confident(failures.after),
        became(failures.trend, failures.p_value)
    )
}

/// What a period was.
pub(super) fn period(period: &ComparedPeriod) -> String {
    let ComparedPeriod { sightings, handshakes, established, failed, near_mark, http10, .. } =
        *period;
    let logged = match (period.first_logged_at, period.last_logged_at) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        (None, Some(last)) => format!("until {last}"),
        _ => "no time".to_owned(),
    };
    format!(
        "{logged}: {sightings} sighting{} of {handshakes} handshake{}, {established} established, \
         {failed} failed ({near_mark} near the mark), {http10} at HTTP/1.0",
        plural(sightings),
        plural(handshakes)
    )
}

/// What was read of a period.
pub(super) fn read(period: &ComparedPeriod) -> String {
    let sources = period.sources.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>();
    let more = match period.sources.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let ComparedPeriod { lines, parsed, malformed, ambiguous, blank, outside_period, .. } = *period;
    let outside = match outside_period {
        0 => String::new(),
        outside => format!("; {outside} of the parsed outside the period"),
    };
    format!(
        "{}{more}: {lines} lines: {parsed} parsed, {malformed} malformed, {ambiguous} ambiguous, {blank} \
         blank{outside}",
        sources.join(", ")
    )
}

/// `critical before, gone after`.
pub(super) fn seen(finding: &FindingChange) -> String {
    let severity = |seen: &Option<FindingSeen>, absent: &'static str| match seen {
        Some(seen) => match seen.severity {
            Severity::Critical => "critical",
            Severity::Warning => "warning",
            Severity::Info => "info",
        },
        None => absent,
    };
    format!(
        "{} before, {} after",
        severity(&finding.before, "none"),
        severity(&finding.after, "none")
    )
}

/// What is wrong, or was.
pub(super) fn title(finding: &FindingChange) -> &str {
    let seen = finding.after.as_ref().or(finding.before.as_ref());
    seen.map_or("", |seen| seen.title.as_str())
}

/// The headings of [`row`], and whether a column holds numbers.
pub(super) const COLUMNS: [(&str, bool); 6] = [
    ("protocol", false),
    ("outcome", false),
    ("before", true),
    ("after", true),
    ("trend", false),
    ("p", true),
];

/// One protocol's sightings that ended in one way.
pub(super) fn row(outcome: &OutcomeChange) -> [String; COLUMNS.len()] {
    [
        outcome.protocol.to_string(),
        outcome.outcome.to_string(),
        of_all(outcome.before),
        of_all(outcome.after),
        outcome.trend.name().to_owned(),
        probability(outcome.p_value),
    ]
}

/// The heading of the table of these.
pub(super) const OUTCOMES: &str = "Sightings by protocol and outcome, with their share of all";

fn became(trend: Trend, p: f64) -> String {
    let text = match trend {
        Trend::Rose => "rose",
        Trend::Fell => "fell",
        Trend::Mixed => "rose at one vantage point, fell at another",
        Trend::Steady => "no change beyond chance",
        Trend::Unknown => {
            return "not to be told: the periods tell handshakes in different ways".to_owned();
        }
    };
    format!("{text} (p = {})", probability(p))
}

/// `12 of 40 (30.0%, 95% CI 18.1 to 45.4%)`.
fn confident(rate: Rate) -> String {
    let Rate { count, of, low, high, .. } = rate;
    match percent(rate) {
        None => format!("{count} of {of}"),
        Some(percent) => {
            let (low, high) = (low * 100.0, high * 100.0);
            format!("{count} of {of} ({percent}, 95% CI {low:.1} to {high:.1}%)")
        }
    }
}

/// `12 (30.0%)`.
fn of_all(rate: Rate) -> String {
    match percent(rate) {
        None => rate.count.to_string(),
        Some(percent) => format!("{} ({percent})", rate.count),
    }
}

/// Some is never none, and not all is never all.
fn percent(rate: Rate) -> Option<String> {
    let percent = rate.rate? * 100.0;
    let percent = match rate.count {
        0 => 0.0,
        count if count == rate.of => 100.0,
        _ => percent.clamp(0.1, 99.9),
    };
    Some(format!("{percent:.1}%"))
}

fn probability(p: f64) -> String {
    if p >= 0.001 { format!("{p:.3}") } else { format!("{p:.1e}") }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
