//! One input, named and opened, with the format of its lines.

use std::fs::{self, File};
use std::io::{self, BufRead, Read, Seek};
use std::path::{Path, PathBuf};

use crate::input::blocks::CAN_READ_AT;
use crate::input::compression::decompressed;
use crate::input::directory::access_logs;
use crate::input::identity::FileIdentity;
use crate::input::range::ByteRange;
use crate::options::Options;
use serde::{Deserialize, Serialize};
use wslog_parse::error_log::{ErrorEntry, ErrorLineError, looks_like_error_log};
use wslog_parse::{Detection, Formats, HEAD_LINES, LineParser, LogFormat, detect};

/// Something to read lines from.
pub struct Input {
    name: String,
    from: From,
    formats: Option<Formats>,
    vantage: Option<String>,
    range: Option<ByteRange>,
}

enum From {
    File(PathBuf),
    Held(PathBuf, File),
    Stdin,
    Reader(Box<dyn Read + Send>),
}

impl Input {
    /// The name standard input has in reports.
    pub const STDIN: &'static str = "-";

    /// A file; it is opened when its turn comes.
    pub fn file(path: impl Into<PathBuf>) -> Input {
        let path = path.into();
        Input::new(path.display().to_string(), From::File(path))
    }

    /// What a path stands for: a file, or the access logs in a folder (`access.log` and the like,
    /// rotated and compressed ones too). A folder without any is an input that cannot be read.
    pub fn of_path(path: impl Into<PathBuf>) -> Vec<Input> {
        let path = path.into();
        let logs = if path.is_dir() { access_logs(&path).unwrap_or_default() } else { Vec::new() };
        match logs.is_empty() {
            true => vec![Input::file(path)],
            false => logs.into_iter().map(Input::file).collect(),
        }
    }

    /// Standard input.
    pub fn stdin() -> Input {
        Input::new(Input::STDIN.to_owned(), From::Stdin)
    }

    /// Anything that can be read, under the name reports will use for it.
    pub fn reader(name: &str, reader: impl Read + Send + 'static) -> Input {
        Input::new(name.to_owned(), From::Reader(Box::new(reader)))
    }

    fn new(name: String, from: From) -> Input {
        Input { name, from, formats: None, vantage: None, range: None }
    }

    /// The same input, whose lines are known to be in these formats.
    #[must_use]
    pub fn with_formats(self, formats: Formats) -> Input {
        Input { formats: Some(formats), ..self }
    }

    /// The same input, known to be of the nginx or the capture of this name, whatever its lines tell. An
    /// empty name is none.
    #[must_use]
    pub fn at_vantage(self, name: &str) -> Input {
        Input { vantage: Some(name.to_owned()).filter(|name| !name.is_empty()), ..self }
    }

    /// The same input, of which only the lines are read that begin in a range of its bytes; it must not be
    /// compressed. What is no file is to begin at the byte before the range, which tells whether a line
    /// begins with it (at the range, if that begins at 0), and its formats have to be known unless the
    /// range begins at 0. It may go on behind the range.
    #[must_use]
    pub fn within(self, range: ByteRange) -> Input {
        Input { range: Some(range), ..self }
    }

    /// The same input under another name.
    #[must_use]
    pub fn named(self, name: &str) -> Input {
        Input { name: name.to_owned(), ..self }
    }

    /// The range of its bytes that is read, if it is not all.
    pub fn range(&self) -> Option<ByteRange> {
        self.range
    }

    /// The name its vantage point was given, if it was given one.
    pub fn vantage(&self) -> Option<&str> {
        self.vantage.as_deref()
    }

    /// The name reports use.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path of the file it is, whether there is one or not.
    pub fn path(&self) -> Option<&Path> {
        match &self.from {
            From::File(path) | From::Held(path, _) => Some(path),
            From::Stdin | From::Reader(_) => None,
        }
    }

    /// The file behind it, if it is one that exists.
    pub fn identity(&self) -> Option<FileIdentity> {
        match &self.from {
            From::File(path) | From::Held(path, _) => FileIdentity::of(path),
            From::Stdin => FileIdentity::of_stdin(),
            From::Reader(_) => None,
        }
    }

    /// The formats its lines are known to be in.
    pub fn formats(&self) -> Option<Formats> {
        self.formats.clone()
    }

    /// How many bytes there are to read, where that is known.
    pub fn size(&self) -> Option<u64> {
        let metadata = match &self.from {
            From::File(path) => fs::metadata(path),
            From::Held(_, file) => file.metadata(),
            From::Stdin | From::Reader(_) => return None,
        };
        metadata.ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
    }

    /// Whether its first lines can be looked at before its turn.
    pub(crate) fn is_file(&self) -> bool {
        match &self.from {
            From::File(path) => path.is_file(),
            From::Held(..) => true,
            From::Stdin | From::Reader(_) => false,
        }
    }

    /// Opens a file now that would be opened later, so that its name may change meanwhile.
    pub(crate) fn hold(&mut self) {
        if let From::File(path) = &self.from
            && path.is_file()
            && let Ok(file) = File::open(path)
        {
            self.from = From::Held(path.clone(), file);
        }
    }

    /// Whether it is a file that begins like an error log.
    pub(crate) fn begins_like_error_log(&self) -> bool {
        self.head().is_some_and(|head| begins_like_error_log(&head))
    }

    /// The first lines of a file, before its turn.
    pub(crate) fn head(&self) -> Option<Vec<u8>> {
        let (mut reader, _) = decompressed(self.look_into()?).ok()?;
        Some(read_head(&mut reader).0)
    }

    /// A reader of a file, to look into it before its turn.
    fn look_into(&self) -> Option<Box<dyn Read + Send>> {
        let file = match &self.from {
            From::File(path) if path.is_file() => File::open(path).ok()?,
            From::Held(_, file) => {
                // A copy reads on where the last one ended.
                let mut file = file.try_clone().ok()?;
                file.rewind().ok()?;
                file
            }
            _ => return None,
        };
        Some(Box::new(file))
    }

    pub(crate) fn open(self) -> io::Result<Opened> {
        let file = match self.from {
            From::File(path) => File::open(path)?,
            From::Held(_, mut file) => {
                // Whoever looked into it moved on in it.
                file.rewind()?;
                file
            }
            From::Stdin => return Ok(Opened { reader: Box::new(io::stdin()), file: None }),
            From::Reader(reader) => return Ok(Opened { reader, file: None }),
        };
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            let kind = io::ErrorKind::IsADirectory;
            let message = "is a directory without access logs; name the files to read";
            return Err(io::Error::new(kind, message));
        }
        // One whose length is not known, as in /proc, is told to have none.
        let may_be_read_at = CAN_READ_AT && metadata.is_file() && metadata.len() > 0;
        let copy = if may_be_read_at { file.try_clone().ok() } else { None };
        Ok(Opened { file: copy.map(|file| (file, metadata.len())), reader: Box::new(file) })
    }
}

/// An input, to be read from its first byte on.
pub(crate) struct Opened {
    pub(crate) reader: Box<dyn Read + Send>,
    /// The same, with its length, where it can be read at any place.
    pub(crate) file: Option<(File, u64)>,
}

/// What the lines of a source are.
#[derive(Clone, Debug)]
pub(crate) enum LineKind {
    /// Those of an access log, in these formats.
    Requests(SourceFormats),
    /// Those of an error log, whose clock is so many minutes east of UTC.
    Errors { offset_minutes: i16 },
}

/// The formats of a source's lines, and how that is known.
#[derive(Clone, Debug)]
pub(crate) struct SourceFormats {
    formats: Formats,
    is_detected: bool,
}

impl SourceFormats {
    pub(crate) fn given(formats: impl Into<Formats>) -> SourceFormats {
        SourceFormats { formats: formats.into(), is_detected: false }
    }

    /// Those that the input is known to be in, else those that were asked for, else detected.
    pub(crate) fn choose(
        known: Option<Formats>,
        options: &Options,
        head: &[u8],
    ) -> Option<SourceFormats> {
        let given = known.or_else(|| options.format.clone().map(Formats::from));
        given.map(SourceFormats::given).or_else(|| SourceFormats::detected(head))
    }

    /// Detected from the first lines of a log.
    pub(crate) fn detected(head: &[u8]) -> Option<SourceFormats> {
        let lines = head.split(|&byte| byte == b'\n');
        detect(lines).map(|Detection { formats, .. }| SourceFormats { formats, is_detected: true })
    }

    /// What a log without lines is taken for.
    pub(crate) fn unknown() -> SourceFormats {
        SourceFormats { formats: Formats::named(), is_detected: true }
    }

    /// Whether the first lines told, and nobody else.
    pub(crate) fn is_detected(&self) -> bool {
        self.is_detected
    }

    pub(crate) fn parser(&self) -> LineParser {
        self.formats.parser()
    }

    /// The format that lines are tried with first.
    pub(crate) fn first(&self) -> Option<&LogFormat> {
        self.formats.iter().next()
    }

    /// The names of all formats that lines are tried with, in the order of their numbers.
    pub(crate) fn numbered_names(&self) -> impl Iterator<Item = &str> {
        self.formats.iter().map(LogFormat::name)
    }
}

/// What reports tell of a source's formats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FormatNames {
    /// Of all that lines are tried with, in the order of their numbers.
    numbered: Vec<String>,
    /// Of those the source is taken to be in.
    names: Vec<String>,
    is_detected: bool,
}

impl std::convert::From<&SourceFormats> for FormatNames {
    fn from(formats: &SourceFormats) -> FormatNames {
        FormatNames {
            numbered: formats.numbered_names().map(str::to_owned).collect(),
            names: formats.formats.names().map(str::to_owned).collect(),
            is_detected: formats.is_detected(),
        }
    }
}

impl std::fmt::Display for FormatNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let how = if self.is_detected { "detected" } else { "given" };
        write!(f, "{} ({how})", self.names.join(" or "))
    }
}

impl FormatNames {
    /// The names of all formats that lines are tried with, in the order of their numbers.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = &str> {
        self.numbered.iter().map(String::as_str)
    }

    /// The names of the formats the source is taken to be in.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether the first lines told, and nobody else.
    pub(crate) fn is_detected(&self) -> bool {
        self.is_detected
    }
}

/// Whether a source begins like an error log. One that formats were given for may look so by chance, if
/// they let anything stand in a line: it is one only if they fit none of its first lines.
pub(crate) fn is_error_log(known: Option<&Formats>, options: &Options, head: &[u8]) -> bool {
    begins_like_error_log(head) && fits_no_given_format(known, options, head)
}

/// The same of what begins in the middle of a source, where the rest of a long message may stand.
pub(crate) fn is_part_of_error_log(
    known: Option<&Formats>,
    options: &Options,
    head: &[u8],
) -> bool {
    let lines = wslog_parse::head(head.split(|&byte| byte == b'\n'));
    lines.iter().any(|line| ErrorEntry::parse(line) != Err(ErrorLineError::Malformed))
        && fits_no_given_format(known, options, head)
}

fn fits_no_given_format(known: Option<&Formats>, options: &Options, head: &[u8]) -> bool {
    let given = known.cloned().or_else(|| options.format.clone().map(Formats::from));
    given.is_none_or(|formats| {
        let mut parser = formats.parser();
        let lines = wslog_parse::head(head.split(|&byte| byte == b'\n'));
        lines.iter().all(|line| parser.parse(line).is_err())
    })
}

/// Whether the first lines are those of an error log.
pub(crate) fn begins_like_error_log(head: &[u8]) -> bool {
    looks_like_error_log(head.split(|&byte| byte == b'\n'))
}

/// Most bytes read to detect a format.
pub(crate) const HEAD_BYTES: usize = 1 << 20;

/// Reads the lines that decide on the format: [`HEAD_LINES`] that are not blank, fewer at the end
/// of the source or where lines are long. The last one is whole unless it is the only one. An error
/// is the end of the source.
pub(crate) fn read_head(reader: &mut dyn Read) -> (Vec<u8>, Option<io::Result<()>>) {
    let mut head = Vec::new();
    let mut reader = io::BufReader::new(reader.take(HEAD_BYTES as u64));
    let mut lines = 0;
    while lines < HEAD_LINES {
        let start = head.len();
        match reader.read_until(b'\n', &mut head) {
            Ok(0) => break,
            Ok(_) => lines += usize::from(!head[start..].trim_ascii().is_empty()),
            Err(error) => return (head, Some(Err(error))),
        }
    }
    head.extend_from_slice(reader.buffer());
    (head, None)
}
