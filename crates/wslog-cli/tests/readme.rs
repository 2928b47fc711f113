//! The README shows what the program really prints.

use std::path::Path;
use std::process::Command;

#[test]
fn ok_every_console_block_is_what_the_command_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let blocks: Vec<_> = readme.split("```console\n$ wslog ").skip(1).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let (command, rest) = block.split_once('\n').unwrap();
        let expected = rest.split_once("\n```").unwrap().0;
        let output = Command::new(env!("CARGO_BIN_EXE_wslog"))
            .args(command.split(' '))
            .current_dir(&root)
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed.trim_end(), expected, "{command}");
    }
}
