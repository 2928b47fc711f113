//! What `--fail-on` takes.

use wslog::{Audit, AuditFinding, Explanation, Finding, Severity};

/// What a run fails on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailOn {
    /// A finding at least so severe.
    Severity(Severity),
    /// The finding of this name.
    Finding(&'static str),
}

impl FailOn {
    pub(super) fn parse(text: &str) -> Result<FailOn, String> {
        FailOn::of(text, Finding::explanations())
    }

    /// The same for a configuration, which has findings of its own.
    pub(super) fn parse_checked(text: &str) -> Result<FailOn, String> {
        FailOn::of(text, Audit::explanations())
    }

    /// The same where logs are followed, which do not show every finding.
    pub(super) fn parse_followed(text: &str) -> Result<FailOn, String> {
        FailOn::of(text, Finding::explanations().filter(|it| it.is_followed))
    }

    fn of(text: &str, there: impl Iterator<Item = Explanation>) -> Result<FailOn, String> {
        let severity = match text {
            "critical" => Some(Severity::Critical),
            "warning" => Some(Severity::Warning),
            "info" => Some(Severity::Info),
            _ => None,
        };
        let ids: Vec<_> = there.map(|it| it.id).collect();
        let finding = || ids.iter().copied().find(|id| *id == text);
        let found = severity.map(FailOn::Severity).or_else(|| finding().map(FailOn::Finding));
        found.ok_or_else(|| {
            format!("expected critical, warning, info, or a finding: {}", ids.join(", "))
        })
    }

    /// Whether any of these findings about a configuration is what it is about.
    pub(crate) fn is_met_by(self, findings: &[AuditFinding]) -> bool {
        findings.iter().any(|finding| match self {
            FailOn::Severity(severity) => finding.severity <= severity,
            FailOn::Finding(name) => finding.id == name,
        })
    }

    /// Whether any of these findings is what it is about.
    pub(crate) fn is_met(self, findings: &[Finding]) -> bool {
        findings.iter().any(|finding| match self {
            FailOn::Severity(severity) => finding.severity <= severity,
            FailOn::Finding(name) => finding.id == name,
        })
    }
}
