//! Sources that are one log: what logrotate and its kin make of a name.

/// Endings of compressed files.
const COMPRESSED: &[&str] = &[".gz", ".zst", ".bz2", ".xz"];

/// The name of the log that a source is a part of: `access.log` for `access.log.2.gz`,
/// `access.log-20260301` and `access-20260301.log.zst`; a source that is no part is its own log.
pub(crate) fn set_of(name: &str) -> String {
    let plain = uncompressed(name);
    if let Some((log, number)) = plain.rsplit_once('.')
        && (is_number(number) || is_calendar_date(number) || is_date_and_time(number))
        && !log.is_empty()
        && !ends_with_address(plain)
    {
        return uncompressed(log).to_owned();
    }
    let (stem, extension) = match plain.rfind(".log") {
        Some(at) if at + ".log".len() == plain.len() => plain.split_at(at),
        _ => (plain, ""),
    };
    format!("{}{extension}", without_date(stem))
}

fn uncompressed(name: &str) -> &str {
    COMPRESSED.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// `access.log.192.0.2.1`, as logs of several machines are called.
fn ends_with_address(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let parts = file.rsplit('.').take(4);
    parts.filter(|part| part.parse::<u8>().is_ok()).count() == 4
}

/// `2026-03-01`
fn is_calendar_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut is_part = |len| parts.next().is_some_and(|part| part.len() == len && is_number(part));
    is_part(4) && is_part(2) && is_part(2) && parts.next().is_none()
}

/// `20260301-120000`
fn is_date_and_time(text: &str) -> bool {
    let parts = text.split_once('-');
    parts.is_some_and(|(date, time)| is_date(date) && time.len() == 6 && is_number(time))
}

/// `access.log` from `access.log-20260301` or `access.log-20260301-1772323200`.
fn without_date(stem: &str) -> &str {
    if let Some((log, date)) = stem.len().checked_sub(10).and_then(|at| stem.split_at_checked(at))
        && is_calendar_date(date)
        && let Some(log) = log.strip_suffix('-')
        && !log.is_empty()
    {
        return log;
    }
    let Some((log, last)) = stem.rsplit_once('-') else { return stem };
    if !is_number(last) || log.is_empty() {
        return stem;
    }
    match log.rsplit_once('-') {
        Some((log, date)) if is_date(date) && !log.is_empty() => log,
        _ if is_date(last) => log,
        _ => stem,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_date(text: &str) -> bool {
    text.len() == 8 && is_number(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_what_rotation_makes_of_a_name() {
        for name in [
            "/v/access.log",
            "/v/access.log.1",
            "/v/access.log.12.gz",
            "/v/access.log.gz",
            "/v/access.log-20260301",
            "/v/access.log-20260301.zst",
            "/v/access.log-20260301-1772323200.xz",
            "/v/access-20260301.log",
            "/v/access.log.2026-03-01",
            "/v/access.log.20260301-120000.gz",
            "/v/access.log.2026-03-01.gz",
            "/v/access.log-2026-03-01.gz",
            "/v/access-2026-03-01.log",
            "/v/access.log.gz.1",
            "/v/access-20260301.log.bz2",
        ] {
            assert_eq!(set_of(name), "/v/access.log", "{name}");
        }
    }

    #[test]
    fn ok_other_names_are_logs_of_their_own() {
        for name in [
            "-",
            "edge",
            "edge-1",
            "10.0.0.1",
            "v/10.0.0.1",
            "a.log.10.0.20.11",
            "a-2026.log",
            ".gz",
            "x-v2.log",
        ] {
            assert_eq!(set_of(name), name.trim_end_matches(".gz"), "{name}");
        }
    }
}
