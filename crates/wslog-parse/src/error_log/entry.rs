//! A whole line.

use memchr::memmem;

use super::context::split;
use super::head::{head, without_errno};
use crate::detect::{Detection, detect};

use super::{Activity, Context, ErrorEvent, Level, LocalSecond};

/// The longest line, without its end: `NGX_MAX_ERROR_STR` in `src/core/ngx_log.h` and a line feed.
const MAX_LEN: usize = 2047;

const CLIENT: &[u8] = b", client: ";

/// One line of an error log; everything in it borrows the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorEntry<'a> {
    /// When nginx wrote the line.
    pub logged_at: LocalSecond,
    /// How grave it is.
    pub level: Level,
    /// The worker process.
    pub pid: u64,
    /// The thread of it.
    pub tid: u64,
    /// The number of the client's connection, counted by nginx since it started.
    pub connection: Option<u64>,
    /// The message, without the error number and what follows.
    pub message: &'a [u8],
    /// The system's error number.
    pub errno: Option<u32>,
    /// What happened.
    pub event: ErrorEvent,
    /// What nginx was doing.
    pub activity: Option<Activity<'a>>,
    /// Whom and what it is about; `None` for what is about no client.
    pub context: Option<Context<'a>>,
    /// Whether nginx may have cut the line: it has the greatest length that there is.
    pub is_cut: bool,
}

/// Why a line is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErrorLineError {
    /// It is not one of an error log.
    #[error("not a line of an error log")]
    Malformed,
    /// What a client sent looks like fields.
    #[error("ambiguous: text of a client may be taken for fields")]
    Ambiguous,
}

impl<'a> ErrorEntry<'a> {
    /// Reads a line, without its end.
    pub fn parse(line: &'a [u8]) -> Result<ErrorEntry<'a>, ErrorLineError> {
        let (text, head) = head(line).map_err(|_| ErrorLineError::Malformed)?;
        let is_cut = line.len() >= MAX_LEN;
        // Only what is about a connection has fields.
        let fields = head.connection.and_then(|_| split(text, CLIENT));
        let said = Said::of(fields.map_or(text, |(said, _)| said));
        let context = match fields {
            Some((_, fields))
                if said.event == ErrorEvent::Other && may_be_forged(fields, is_cut) =>
            {
                return Err(ErrorLineError::Ambiguous);
            }
            Some((_, fields)) => {
                let context = Context::read(fields, said.activity, is_cut);
                Some(context.ok_or(ErrorLineError::Ambiguous)?)
            }
            None => None,
        };
        Ok(ErrorEntry {
            logged_at: head.logged_at,
            level: head.level,
            pid: head.pid,
            tid: head.tid,
            connection: head.connection,
            message: said.message,
            errno: said.errno,
            event: said.event,
            activity: said.activity,
            context,
            is_cut,
        })
    }
}

/// Whether what stands before the fields may be a client's: a message that is not a known one may
/// quote a client, and then the last `, client: ` may be the true one, or cut off.
fn may_be_forged(fields: &[u8], is_cut: bool) -> bool {
    is_cut || memmem::find(fields, CLIENT).is_some()
}

struct Said<'a> {
    message: &'a [u8],
    errno: Option<u32>,
    event: ErrorEvent,
    activity: Option<Activity<'a>>,
}

impl<'a> Said<'a> {
    fn of(text: &'a [u8]) -> Said<'a> {
        let place = memmem::rfind(text, b" while ");
        let split = place.and_then(|place| Some((text.get(..place)?, text.get(place + 7..)?)));
        let (message, activity) = split
            .map_or((text, None), |(message, activity)| (message, Some(Activity::of(activity))));
        let (message, errno) = without_errno(message);
        Said { message, errno, event: ErrorEvent::of(message), activity }
    }
}

/// Whether a log that starts with these lines is an error log. Blank ones do not count.
///
/// It is if more of them are lines of one than are not. A message may go on for any number of lines, so
/// it also is if the first line is one, or the second behind a rest, and no format of an access log
/// fits as many.
pub fn looks_like_error_log<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let lines = crate::detect::head(lines);
    let is_one = |line: &&&[u8]| head(line).is_ok();
    let fitting = lines.iter().filter(is_one).count();
    let begins_so = lines.iter().take(2).any(|line| is_one(&line));
    let is_less = |other: Detection| other.fitting < fitting;
    fitting * 2 > lines.len() || begins_so && detect(lines).is_none_or(is_less)
}
