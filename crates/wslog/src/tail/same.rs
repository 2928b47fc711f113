//! How far two files are the same.

use std::io;

use memchr::memrchr;

use crate::tail::open_log::OpenLog;

/// What two files have in common from their fronts on.
pub(crate) struct Same {
    pub(crate) bytes: u64,
    /// The end of the last line of it.
    pub(crate) lines: u64,
}

const BLOCK: usize = 64 << 10;

/// Compares two logs up to a byte.
pub(crate) fn common_lines(one: &OpenLog, other: &OpenLog, most: u64) -> io::Result<Same> {
    let (mut here, mut there) = (vec![0; BLOCK], vec![0; BLOCK]);
    let mut common = Same { bytes: 0, lines: 0 };
    while common.bytes < most {
        let wanted = usize::try_from(most - common.bytes).unwrap_or(BLOCK).min(BLOCK);
        let one = one.read_at(common.bytes, here.get_mut(..wanted).unwrap_or_default())?;
        let other = other.read_at(common.bytes, there.get_mut(..wanted).unwrap_or_default())?;
        let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
        if let Some(newline) = memrchr(b'\n', one.get(..same).unwrap_or_default()) {
            common.lines = common.bytes + newline as u64 + 1;
        }
        common.bytes += same as u64;
        if same < wanted {
            break;
        }
    }
    Ok(common)
}
