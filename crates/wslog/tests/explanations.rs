//! What findings mean is told in one way, and the page of it in the documentation is the same.

use std::path::Path;

use wslog::{Audit, Explanation, Finding};

const CHAPTERS: [&str; 7] = [
    "What it means",
    "How it is computed",
    "What is left out",
    "What commonly causes it",
    "What to do",
    "What would prove it",
    "References",
];

#[test]
fn ok_all_have_the_same_chapters() {
    for explanation in Finding::explanations().chain(Audit::explanations()) {
        let text = explanation.text;
        assert_eq!(text.lines().next(), Some(format!("# {}", explanation.id).as_str()));
        let summary =
            format!("# {}\n\n{}\n\n## What it means\n", explanation.id, explanation.summary);
        assert!(text.starts_with(&summary), "{text}");
        let chapters: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(chapters, CHAPTERS, "{}", explanation.id);
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
    let ids: Vec<_> = Finding::explanations().map(|it| it.id).collect();
    assert!(ids.is_sorted());
    let of_configurations: Vec<_> = Audit::explanations().map(|it| it.id).collect();
    assert!(of_configurations.is_sorted());
    assert!(of_configurations.iter().all(|id| !ids.contains(id)), "one name, one meaning");
}

/// With `UPDATE_DOCS` set the pages are written.
#[test]
fn ok_the_pages_are_what_the_command_says() {
    page(
        "findings.md",
        "# Findings\n\nWhat `wslog explain NAME` prints, of all of them.\n",
        Finding::explanations(),
    );
    let head = "# Findings in a configuration\n\nWhat `wslog check` tells of an nginx.conf, and `wslog explain \
                NAME` of each.\n";
    page("check-findings.md", head, Audit::explanations());
}

#[track_caller]
#[expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]
fn page(name: &str, head: &str, explanations: impl Iterator<Item = Explanation>) {
    let mut page = head.to_owned();
    for explanation in explanations {
        page += "\n";
        for line in explanation.text.lines() {
            page += if line.starts_with('#') { "#" } else { "" };
            page += line;
            page += "\n";
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), page);
}
