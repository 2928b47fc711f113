//! Waiting for what can be seen, never for a time that ought to be enough.

use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;

/// How long a condition is waited for: far more than it takes, so that only what never comes is
/// given up.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(1);

/// Looks again and again until `condition` gives a value.
///
/// # Errors
/// [`Error::TimedOut`] with the name of the condition after [`PATIENCE`]; an error of `condition`
/// at once.
pub fn wait_until<T>(
    what: &str,
    condition: impl FnMut() -> Result<Option<T>, Error>,
) -> Result<T, Error> {
    wait_at_most(PATIENCE, what, condition)
}

/// The same with a patience of one's own.
pub(crate) fn wait_at_most<T>(
    patience: Duration,
    what: &str,
    mut condition: impl FnMut() -> Result<Option<T>, Error>,
) -> Result<T, Error> {
    let start = Instant::now();
    loop {
        if let Some(value) = condition()? {
            return Ok(value);
        }
        if start.elapsed() > patience {
            return Err(Error::TimedOut { what: what.to_owned(), after: patience });
        }
        thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_last_look_counts() {
        let mut looks = 0;
        let third = wait_until("the third look", || {
            looks += 1;
            Ok((looks == 3).then_some(looks))
        });
        assert_eq!(third.unwrap(), 3);
    }

    #[test]
    fn err_what_never_comes_is_named() {
        let never = wait_at_most(Duration::ZERO, "a miracle", || Ok(None::<()>));
        assert_eq!(never.unwrap_err().to_string(), "waited 0ns in vain for a miracle");
    }
}
