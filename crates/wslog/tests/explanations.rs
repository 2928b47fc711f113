//! What findings mean is told in one way, and the page of it in the documentation is the same.

use std::path::Path;

use wslog::Finding;

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
    for explanation in Finding::explanations() {
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
}

/// With `UPDATE_DOCS` set the page is written.
#[test]
fn ok_the_page_is_what_the_command_says() {
    let mut page = "# Findings\n\nWhat `wslog explain NAME` prints, of all of them.\n".to_owned();
    for explanation in Finding::explanations() {
        page += "\n";
        for line in explanation.text.lines() {
            page += if line.starts_with('#') { "#" } else { "" };
            page += line;
            page += "\n";
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), page);
}
