//! Every scenario comes out as it should, and everything it leaves tells the same story.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use wslog_lab::scenario::{self, Scenario};

#[test]
fn ok_node_downgrades() {
    let folder = tempfile::tempdir().unwrap();
    let scenario: Scenario = "node-downgrades".parse().unwrap();
    let run = scenario::run(scenario, folder.path()).unwrap();
    println!("{run}");
    println!("{}", std::fs::read_to_string(folder.path().join("truth.json")).unwrap());
}
