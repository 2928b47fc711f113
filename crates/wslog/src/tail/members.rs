//! A gzip file that grows by whole members, as nginx's `access_log … gzip` writes it.

use std::fs::File;
use std::io;

use crate::tail::open_log::{Place, read_at};

/// Longest text of a member that is kept while its end is looked for. nginx's own are as long as its
/// buffer, 64 KiB unless configured otherwise.
#[cfg(feature = "compression")]
const MOST_KEPT: usize = 16 << 20;

/// Reads member after member. One that has not ended yet is left for the next time.
pub(crate) struct Members<'f> {
    #[cfg_attr(not(feature = "compression"), expect(dead_code, reason = "nothing is read"))]
    file: &'f File,
    place: Place,
}

impl<'f> Members<'f> {
    /// From a place on, which is in a member whose end is there.
    pub(crate) fn new(file: &'f File, place: Place) -> Members<'f> {
        Members { file, place }
    }

    /// Where the next one starts.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Pushes the text of the next member if all of it is there; where the one behind it starts.
    #[cfg(feature = "compression")]
    pub(crate) fn next(&mut self, push: &mut dyn FnMut(&[u8])) -> io::Result<Option<u64>> {
        // Nothing is pushed before its end was seen, and its checksum was right. Text that is not too
        // long is kept meanwhile; the file may be truncated before it is read again.
        let mut kept = Vec::new();
        let mut is_kept = true;
        let seen = self.walk(&mut |text| {
            is_kept &= kept.len() + text.len() <= MOST_KEPT;
            if is_kept {
                kept.extend_from_slice(text);
            }
        })?;
        let Some(end) = seen else { return Ok(None) };
        let mut skip = self.place.skip;
        let mut push = |text: &[u8]| {
            let skipped = usize::try_from(skip).unwrap_or(usize::MAX).min(text.len());
            skip -= skipped as u64;
            push(text.get(skipped..).unwrap_or_default());
        };
        if is_kept {
            push(&kept);
        } else if self.walk(&mut push)?.is_none() {
            return Ok(None);
        }
        self.place = Place { byte: end, skip: 0 };
        Ok(Some(end))
    }

    /// Where the member ends.
    #[cfg(feature = "compression")]
    fn walk(&self, push: &mut dyn FnMut(&[u8])) -> io::Result<Option<u64>> {
        use std::io::Read as _;

        use flate2::bufread::GzDecoder;

        let from = FileFrom { file: self.file, place: self.place.byte };
        let mut reader = io::BufReader::with_capacity(64 << 10, from);
        let mut member = GzDecoder::new(&mut reader);
        let mut text = vec![0; 64 << 10];
        loop {
            match member.read(&mut text) {
                Ok(0) => break,
                Ok(read) => push(text.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        let read_ahead = reader.buffer().len() as u64;
        let end = reader.into_inner().place - read_ahead;
        Ok(Some(end).filter(|end| *end > self.place.byte))
    }

    #[cfg(not(feature = "compression"))]
    pub(crate) fn next(&mut self, _: &mut dyn FnMut(&[u8])) -> io::Result<Option<u64>> {
        let message = format!(
            "is compressed (gz) from byte {} on, which this build cannot read",
            self.place.byte
        );
        Err(io::Error::new(io::ErrorKind::Unsupported, message))
    }
}

/// What a member begins with: gzip, deflated (RFC 1952, section 2.3.1).
pub(crate) const MEMBER: [u8; 3] = [0x1f, 0x8b, 8];

/// What is behind a damaged member.
pub(crate) enum Found {
    /// A whole member, at this byte.
    Whole(u64),
    /// None that begins before this byte.
    None(u64),
}

/// Looks for a whole member from a byte on.
pub(crate) fn find_member(file: &File, from: u64) -> io::Result<Found> {
    let mut block = vec![0; 64 << 10];
    let mut at = from;
    loop {
        let read = read_at(file, at, &mut block)?;
        let bytes = block.get(..read).unwrap_or_default();
        let begins =
            |place: &usize| bytes.get(*place..).is_some_and(|rest| rest.starts_with(&MEMBER));
        for place in memchr::memchr_iter(MEMBER[0], bytes).filter(begins) {
            let byte = at + place as u64;
            match Members::new(file, Place::at(byte)).next(&mut |_| ()) {
                Ok(Some(_)) => return Ok(Found::Whole(byte)),
                // Its end may be yet to come.
                Ok(None) => return Ok(Found::None(byte)),
                Err(error) if is_damage(&error) => {}
                Err(error) => return Err(error),
            }
        }
        // What begins in the last bytes may go on behind them.
        let kept = MEMBER.len() - 1;
        if read <= kept {
            return Ok(Found::None(at));
        }
        at += (read - kept) as u64;
    }
}

/// Whether the bytes are wrong, and not the reading.
pub(crate) fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
}

/// A file from a place on.
#[cfg(feature = "compression")]
struct FileFrom<'f> {
    file: &'f File,
    place: u64,
}

#[cfg(feature = "compression")]
impl io::Read for FileFrom<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = read_at(self.file, self.place, buffer)?;
        self.place += read as u64;
        Ok(read)
    }
}
