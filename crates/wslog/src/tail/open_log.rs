//! One open file, and how far it has been read.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use memchr::{memchr_iter, memrchr};

use crate::input::chunk::MAX_LINE;
use crate::input::compression::{Compression, decompressed};
use crate::input::identity::FileIdentity;
use crate::input::source::HEAD_BYTES;
use crate::survey::{refuse_capture, refuse_error_log};
use crate::tail::claims::{Claim, Claims};
use crate::tail::head::{Head, MAX_LEN, text_of};
use crate::tail::members::{Found, MEMBER, Members, find_member, is_damage};
use crate::tail::sink::Sink;

/// A log that is read from its front to whatever its end is now.
///
/// Only whole lines are handed on, so that a place to go on from is always a line's first byte: what
/// is behind the last newline is read again when there is more.
#[derive(Debug)]
pub(crate) struct OpenLog {
    file: File,
    identity: FileIdentity,
    head: Head,
    /// How far it has been read.
    place: Place,
    /// In plain text: up to here there is no newline behind the place. In a compressed file: up to here
    /// no member begins behind a damaged one at the place.
    searched: u64,
    /// What of it was there when following began.
    old_len: u64,
    /// That nobody else reads it, once it is read.
    claim: Option<Claim>,
}

/// A place in a log: a line's first byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// In the file; of a compressed one the first byte of a member.
    pub(crate) byte: u64,
    /// In the member's text.
    pub(crate) skip: u64,
}

impl Place {
    /// A byte of plain text, or the first one of a member.
    pub(crate) fn at(byte: u64) -> Place {
        Place { byte, skip: 0 }
    }
}

/// How a turn of reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// There may be more.
    More,
    /// There is no whole line behind the place now.
    End,
    /// It is another text than the one that was read: it was truncated, and perhaps written anew.
    Replaced,
    /// These bytes make no text; there may be more behind them.
    Damaged { from: u64, to: u64 },
}

/// Most bytes that are read in one turn, so that whoever reads can do something else between.
const TURN: u64 = 8 << 20;

/// How many bytes are read at once.
const BLOCK: usize = 256 << 10;

impl OpenLog {
    /// Opens a log, to be read from its front.
    pub(crate) fn open(path: &Path) -> io::Result<OpenLog> {
        // Asked before it is opened, which would wait for whoever writes to a pipe.
        if !fs::metadata(path)?.is_file() {
            let text = "is no file that can be followed; what comes through a pipe is read as -";
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        }
        let file = File::open(path)?;
        let identity = FileIdentity::of_file(&file, path)?;
        let mut log = OpenLog {
            file,
            identity,
            head: Head::default(),
            place: Place::default(),
            searched: 0,
            old_len: 0,
            claim: None,
        };
        log.see_head()?;
        Ok(log)
    }

    /// Claims it for a name. If another one reads it, that is the error.
    pub(crate) fn claim(&mut self, claims: &Claims, name: &Path) -> io::Result<()> {
        if self.claim.is_none() {
            self.claim = Some(claims.take(&self.identity, name).map_err(|other| {
                let text = format!("is the same file as {}, and is read once", other.display());
                io::Error::new(io::ErrorKind::AlreadyExists, text)
            })?);
        }
        Ok(())
    }

    pub(crate) fn identity(&self) -> &FileIdentity {
        &self.identity
    }

    pub(crate) fn head(&self) -> Head {
        self.head
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }

    pub(crate) fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Goes on at a place where another reader of the same text ended.
    pub(crate) fn go_on_at(&mut self, place: Place) {
        self.place = place;
        self.searched = place.byte;
    }

    /// Whether it is compressed member by member, as it is written.
    pub(crate) fn is_of_members(&self) -> io::Result<bool> {
        Ok(self.compression()? == Some(Compression::Gzip))
    }

    /// Whether it is, and a member begins at this place or would be the next: where another reader
    /// of members ended. A place in a text begins none, but by a rare chance.
    pub(crate) fn has_member_at(&self, place: Place) -> io::Result<bool> {
        let mut first = [0; MEMBER.len()];
        let read = read_at(&self.file, place.byte, &mut first)?;
        let begins = read == MEMBER.len() && first == MEMBER;
        Ok((begins || place.byte == self.len()?) && self.is_of_members()?)
    }

    pub(crate) fn is_compressed(&self) -> io::Result<bool> {
        Ok(self.compression()?.is_some())
    }

    /// Hands on its lines from a byte of its text on, decompressed. Where it is damaged, what stands
    /// before that is handed on.
    pub(crate) fn read_text_from(
        &self,
        byte: u64,
        is_old: bool,
        sink: &mut dyn Sink,
    ) -> io::Result<()> {
        (&self.file).seek(SeekFrom::Start(0))?;
        let (mut text, _) = decompressed(Box::new(self.file.try_clone()?))?;
        io::copy(&mut (&mut text).take(byte), &mut io::sink())?;
        let mut block = vec![0; BLOCK];
        let mut is_ended = true;
        let end = loop {
            match text.read(&mut block) {
                Ok(0) => break Ok(()),
                Ok(read) => {
                    let lines = block.get(..read).unwrap_or_default();
                    sink.lines(lines, is_old);
                    is_ended = lines.ends_with(b"\n");
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        if !is_ended {
            sink.end();
        }
        end
    }

    /// Whether no name leads to it any more.
    pub(crate) fn is_deleted(&self) -> bool {
        self.file.metadata().is_ok_and(|metadata| has_no_name(&metadata))
    }

    /// Its text is another one now, and is read from its front. What it begins with is seen when it is
    /// read.
    pub(crate) fn begin_anew(&mut self) {
        self.head = Head::default();
        self.place = Place::default();
        self.searched = 0;
        self.old_len = 0;
    }

    /// Whether its text begins with this.
    pub(crate) fn begins_with(&self, head: Head) -> bool {
        self.first_bytes().is_ok_and(|first| head.fits(&first))
    }

    /// Whether it still has the text that was read.
    pub(crate) fn has_its_text(&self) -> bool {
        self.has_read(self.head, self.place)
    }

    /// Whether a line begins at this place of plain text.
    pub(crate) fn begins_line_at(&self, byte: u64) -> io::Result<bool> {
        let mut before = [0];
        let Some(last) = byte.checked_sub(1) else { return Ok(true) };
        Ok(self.read_at(last, &mut before)? == b"\n")
    }

    /// Whether its text begins with this, and all of it may have been read up to a place.
    pub(crate) fn has_read(&self, head: Head, place: Place) -> bool {
        self.begins_with(head) && self.len().is_ok_and(|len| len >= place.byte)
    }

    /// The bytes at a place, as far as the file has them.
    pub(crate) fn read_at<'b>(&self, byte: u64, into: &'b mut [u8]) -> io::Result<&'b [u8]> {
        let read = read_at(&self.file, byte, into)?;
        Ok(into.get(..read).unwrap_or_default())
    }

    /// Passes over the lines that are there; how many bytes and lines they are.
    pub(crate) fn pass_lines(&mut self) -> io::Result<(u64, u64)> {
        let (mut bytes, mut lines) = (0, 0);
        let mut buffer = Vec::new();
        let mut count = |text: &[u8]| {
            bytes += text.len() as u64;
            lines += memchr_iter(b'\n', text).count() as u64;
        };
        while self.read(&mut buffer, &mut count)? == Turn::More {}
        Ok((bytes, lines))
    }

    /// Whether what is read next was there when following began.
    pub(crate) fn is_old(&self) -> bool {
        self.place.byte < self.old_len
    }

    /// What is there now was there when following began.
    pub(crate) fn is_old_up_to_here(&mut self) -> io::Result<()> {
        self.old_len = self.len()?;
        Ok(())
    }

    /// Reads whole lines, at most [`TURN`] bytes of them, and pushes them on.
    pub(crate) fn read(
        &mut self,
        buffer: &mut Vec<u8>,
        push: &mut dyn FnMut(&[u8]),
    ) -> io::Result<Turn> {
        if self.is_replaced()? {
            return Ok(Turn::Replaced);
        }
        match self.compression()? {
            None => self.read_plain(buffer, push),
            Some(Compression::Gzip) => self.read_members(push),
            Some(other) => {
                let message = format!("is compressed ({}) and cannot be followed", other.name());
                Err(io::Error::new(io::ErrorKind::Unsupported, message))
            }
        }
    }

    fn read_plain(
        &mut self,
        buffer: &mut Vec<u8>,
        push: &mut dyn FnMut(&[u8]),
    ) -> io::Result<Turn> {
        buffer.resize(BLOCK, 0);
        let begun_at = self.searched;
        while self.searched - begun_at < TURN {
            let read = read_at(&self.file, self.searched, buffer)?;
            let block = buffer.get(..read).unwrap_or_default();
            if block.is_empty() {
                return Ok(Turn::End);
            }
            if self.searched == 0 {
                // It was empty a moment ago, when it was taken for plain text.
                if Compression::of(block).is_some() {
                    return Ok(Turn::More);
                }
                // What is read is what it is known by, even if it is truncated right now.
                if self.head.is_empty() {
                    self.head = Head::of(block);
                }
            }
            // Read first and looked at then: what was truncated in between is not believed.
            if self.is_replaced()? {
                return Ok(Turn::Replaced);
            }
            match memrchr(b'\n', block) {
                None => self.searched += read as u64,
                Some(newline) => {
                    let end = self.searched + newline as u64 + 1;
                    if self.place.byte < self.searched {
                        let before = self.searched;
                        self.push_long(before, push)?;
                    }
                    push(buffer.get(..=newline).unwrap_or_default());
                    self.place.byte = end;
                    self.searched = end;
                }
            }
            if read < BLOCK {
                return Ok(Turn::End);
            }
        }
        Ok(Turn::More)
    }

    /// Pushes the front of a line that is longer than a block.
    fn push_long(&self, end: u64, push: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        let mut piece = vec![0; BLOCK];
        let mut at = self.place.byte;
        while at < end {
            let wanted = usize::try_from(end - at).unwrap_or(BLOCK).min(BLOCK);
            let read = read_at(&self.file, at, piece.get_mut(..wanted).unwrap_or_default())?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            push(piece.get(..read).unwrap_or_default());
            at += read as u64;
        }
        Ok(())
    }

    fn read_members(&mut self, push: &mut dyn FnMut(&[u8])) -> io::Result<Turn> {
        let mut lines = MemberLines { start: self.place, line: self.place, unended: Vec::new() };
        let mut members = Members::new(&self.file, self.place);
        let begun_at = self.place.byte;
        while lines.start.byte - begun_at < TURN {
            let next = members.next(&mut |text| lines.take(text, push));
            if let Ok(Some(end)) = next {
                lines.end_member(end);
            }
            // Whatever comes then, what was handed on is behind.
            self.place = lines.line;
            match next {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(Turn::End),
                Err(error) if is_damage(&error) => {
                    return self.skip_damage(lines.start.byte, error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Turn::More)
    }

    /// Goes on at the next whole member behind a damaged one, once there is one.
    fn skip_damage(&mut self, damaged: u64, error: io::Error) -> io::Result<Turn> {
        let from = self.searched.max(damaged + 1);
        match find_member(&self.file, from)? {
            Found::Whole(to) => {
                self.place = Place::at(to);
                self.searched = to;
                Ok(Turn::Damaged { from: damaged, to })
            }
            Found::None(searched) => {
                self.searched = searched;
                Err(error)
            }
        }
    }

    /// What is behind the last newline, as the last line of a log that nobody writes to any more.
    pub(crate) fn rest(&mut self, push: &mut dyn FnMut(&[u8])) -> io::Result<bool> {
        let end = self.len()?;
        if self.compression()?.is_some() || end <= self.place.byte {
            return Ok(false);
        }
        self.push_long(end, push)?;
        self.place.byte = end;
        self.searched = end;
        Ok(true)
    }

    fn compression(&self) -> io::Result<Option<Compression>> {
        let mut first = [0; 6];
        let read = read_at(&self.file, 0, &mut first)?;
        Ok(Compression::of(first.get(..read).unwrap_or_default()))
    }

    /// Whether the file does not begin with what it began with, or ends before what was read of it.
    fn is_replaced(&mut self) -> io::Result<bool> {
        if self.len()? < self.place.byte {
            return Ok(true);
        }
        let first = self.first_bytes()?;
        if !self.head.is_empty() && !self.head.fits(&first) {
            return Ok(true);
        }
        if self.head.may_grow() {
            self.head = Head::of(&first);
        }
        Ok(false)
    }

    /// Knows it by what it begins with now.
    pub(crate) fn see_head(&mut self) -> io::Result<()> {
        self.head = Head::of(&self.first_bytes()?);
        Ok(())
    }

    /// The first bytes of its text.
    pub(crate) fn first_bytes(&self) -> io::Result<Vec<u8>> {
        // Judged by the same bytes that are given: an empty file may become a compressed one.
        let mut first = vec![0; MAX_LEN];
        let read = read_at(&self.file, 0, &mut first)?;
        first.truncate(read);
        match Compression::of(&first) {
            None => Ok(first),
            Some(_) => {
                (&self.file).seek(SeekFrom::Start(0))?;
                text_of(Box::new(self.file.try_clone()?)).map(|(first, _)| first)
            }
        }
    }

    /// The first bytes of its text, whole lines of them where there are some.
    pub(crate) fn sample(&self) -> io::Result<Vec<u8>> {
        refuse_capture(&self.first_bytes()?)?;
        let most = HEAD_BYTES + 1;
        let mut sample = Vec::new();
        match self.compression()? {
            None => {
                (&self.file).seek(SeekFrom::Start(0))?;
                (&self.file).take(most as u64).read_to_end(&mut sample)?;
                if Compression::of(&sample).is_some() {
                    sample.clear();
                }
            }
            Some(_) => {
                let mut members = Members::new(&self.file, Place::default());
                while sample.len() < most {
                    match members.next(&mut |text| sample.extend_from_slice(text)) {
                        Ok(Some(_)) => {}
                        Ok(None) => break,
                        Err(error) => match find_member(&self.file, members.place().byte + 1)? {
                            Found::Whole(byte) => {
                                members = Members::new(&self.file, Place::at(byte));
                            }
                            Found::None(_) if sample.is_empty() => return Err(error),
                            Found::None(_) => break,
                        },
                    }
                }
            }
        }
        // Where the first line has no end for so long, its front has to do.
        let is_long = sample.len() > HEAD_BYTES;
        let lines = memrchr(b'\n', &sample).map(|newline| newline + 1);
        let end = lines.unwrap_or(if is_long { sample.len() } else { 0 });
        sample.truncate(end);
        refuse_error_log(&sample)?;
        Ok(sample)
    }
}

/// The lines of members, which may end in others than they begin in.
struct MemberLines {
    /// What comes next.
    start: Place,
    /// The first byte of the line that has not ended.
    line: Place,
    unended: Vec<u8>,
}

impl MemberLines {
    /// Takes more of a member's text.
    fn take(&mut self, text: &[u8], push: &mut dyn FnMut(&[u8])) {
        let ended = memrchr(b'\n', text).map_or(0, |newline| newline + 1);
        let (ended, unended) = text.split_at(ended);
        if !ended.is_empty() {
            push(&std::mem::take(&mut self.unended));
            push(ended);
            self.line = Place { skip: self.start.skip + ended.len() as u64, ..self.start };
        }
        self.unended.extend_from_slice(unended);
        if self.unended.len() > MAX_LINE {
            push(&std::mem::take(&mut self.unended));
        }
        self.start.skip += text.len() as u64;
    }

    fn end_member(&mut self, end: u64) {
        self.start = Place { byte: end, skip: 0 };
        if self.unended.is_empty() {
            self.line = self.start;
        }
    }
}

/// Reads until the buffer is full or the file ends.
pub(crate) fn read_at(file: &File, place: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut file = file;
    file.seek(SeekFrom::Start(place))?;
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(unix)]
fn has_no_name(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    metadata.nlink() == 0
}

#[cfg(not(unix))]
fn has_no_name(_: &Metadata) -> bool {
    false
}
