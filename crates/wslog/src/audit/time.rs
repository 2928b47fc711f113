//! Times as nginx's configuration has them
//! ([syntax](https://nginx.org/en/docs/syntax.html)).

use wslog_parse::Millis;

/// A time in ms; `None` for what nginx would refuse, and for variables.
pub(crate) fn parse(text: &str) -> Option<Millis> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(digits);
        let unit = behind.find(|c: char| c.is_ascii_digit() || c == ' ').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit);
        let millis = number.parse::<u64>().ok()?.checked_mul(unit_in_ms(unit)?)?;
        total = total.checked_add(millis)?;
        rest = behind.trim_start();
    }
    Some(Millis(total))
}

/// Without a unit a number means seconds.
fn unit_in_ms(unit: &str) -> Option<u64> {
    const SECOND: u64 = 1_000;
    const DAY: u64 = 86_400 * SECOND;
    Some(match unit {
        "ms" => 1,
        "" | "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        "d" => DAY,
        "w" => 7 * DAY,
        "M" => 30 * DAY,
        "y" => 365 * DAY,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_units_add_up() {
        for (text, millis) in [
            ("60", 60_000),
            ("60s", 60_000),
            ("500ms", 500),
            ("1h 30m", 5_400_000),
            ("1h30m", 5_400_000),
            ("1d", 86_400_000),
        ] {
            assert_eq!(parse(text), Some(Millis(millis)), "{text}");
        }
    }

    #[test]
    fn err_what_is_no_time() {
        for text in
            ["", "s", "-1", "1x", "$timeout", "99999999999999999999", "18446744073709551615y"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
