//! The files beside a log that were the log once: renamed, copied, compressed.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::input::compression::{Compression, decompressed};
use crate::input::identity::FileIdentity;
use crate::input::set::set_of;
use crate::tail::head::text_of;
use crate::tail::sink::Sink;

/// A file that a log was rotated to.
#[derive(Clone, Debug)]
pub(crate) struct Sibling {
    pub(crate) path: PathBuf,
    /// What its text begins with.
    pub(crate) first: Vec<u8>,
    pub(crate) is_compressed: bool,
    pub(crate) identity: FileIdentity,
    modified: SystemTime,
}

impl Sibling {
    /// Hands on its lines from a byte of its text on, decompressed. Where it is damaged, what stands
    /// before that is handed on.
    pub(crate) fn read_from(&self, byte: u64, sink: &mut dyn Sink) -> io::Result<()> {
        let (mut text, _) = decompressed(Box::new(File::open(&self.path)?))?;
        io::copy(&mut (&mut text).take(byte), &mut io::sink())?;
        let mut block = vec![0; BLOCK];
        let mut is_ended = true;
        loop {
            let read = match text.read(&mut block) {
                Ok(0) => break,
                Ok(read) => block.get(..read).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            sink.lines(read, true);
            is_ended = read.ends_with(b"\n");
        }
        if !is_ended {
            sink.end();
        }
        Ok(())
    }
}

/// How many bytes are read at once.
const BLOCK: usize = 256 << 10;

/// All of a log's siblings, those that were written to last at the end. One that cannot be read is
/// left out: it is the log itself that is followed.
pub(crate) fn siblings(log: &Path) -> Vec<Sibling> {
    let mut siblings = find(log).unwrap_or_default();
    siblings.sort_by(|one, other| (one.modified, &one.path).cmp(&(other.modified, &other.path)));
    siblings
}

fn find(log: &Path) -> io::Result<Vec<Sibling>> {
    let folder = log.parent().filter(|folder| !folder.as_os_str().is_empty());
    let set = set_of(&name_of(log));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let path = entry?.path();
        let name = name_of(&path);
        if name == name_of(log) || set_of(&name) != set {
            continue;
        }
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if !metadata.is_file() {
            continue;
        }
        if let (Ok(sibling), Ok(modified)) = (first_bytes(&path), metadata.modified()) {
            let (first, compression, identity) = sibling;
            let is_compressed = compression.is_some();
            found.push(Sibling { path, first, is_compressed, identity, modified });
        }
    }
    Ok(found)
}

fn first_bytes(path: &Path) -> io::Result<(Vec<u8>, Option<Compression>, FileIdentity)> {
    let file = File::open(path)?;
    let identity = FileIdentity::of_file(&file, path)?;
    let (first, compression) = text_of(Box::new(file))?;
    Ok((first, compression, identity))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
