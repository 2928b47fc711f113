//! How far two files are the same.

use std::io;

use memchr::memrchr;

use crate::tail::open_log::OpenLog;

const BLOCK: usize = 64 << 10;

/// The end of the last line, up to this byte, that two logs have in common from their fronts on; the
/// byte itself, if they are the same up to there.
pub(crate) fn common_lines(one: &OpenLog, other: &OpenLog, most: u64) -> io::Result<u64> {
    let (mut here, mut there) = (vec![0; BLOCK], vec![0; BLOCK]);
    let (mut at, mut line) = (0, 0);
    while at < most {
        let wanted = usize::try_from(most - at).unwrap_or(BLOCK).min(BLOCK);
        let one = one.read_at(at, here.get_mut(..wanted).unwrap_or_default())?;
        let other = other.read_at(at, there.get_mut(..wanted).unwrap_or_default())?;
        let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
        if let Some(newline) = memrchr(b'\n', one.get(..same).unwrap_or_default()) {
            line = at + newline as u64 + 1;
        }
        if same < wanted {
            return Ok(line);
        }
        at += same as u64;
    }
    Ok(most)
}
