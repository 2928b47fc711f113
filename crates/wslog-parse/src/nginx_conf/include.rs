//! Which files an `include` names.

/// A file of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name that places are given with.
    pub name: String,
    /// What stands in it.
    pub text: Vec<u8>,
}

/// What gives the files that a pattern names, in nginx's order: by name.
pub(crate) type Load<'l> = dyn FnMut(&str) -> Result<Vec<File>, String> + 'l;

/// The folder of the main file, with the slash behind it: what a relative `include` starts from,
/// whichever file it stands in.
pub(crate) fn folder(main: &str) -> &str {
    main.rfind('/').and_then(|slash| main.get(..=slash)).unwrap_or_default()
}

/// The pattern of an `include`, from the root if the main file's name is. `glob(3)` knows no `**`:
/// it is one `*`, whoever looks for the files.
pub(crate) fn resolve(folder: &str, pattern: &str) -> String {
    let folder = if pattern.starts_with('/') { "" } else { folder };
    let mut resolved = folder.to_owned();
    for c in pattern.chars() {
        if c != '*' || !resolved.ends_with('*') {
            resolved.push(c);
        }
    }
    resolved
}

/// Whether it may name any number of files, or none; nginx looks for the same characters.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}
