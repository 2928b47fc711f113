//! An `if` that answers every handshake before it is passed on.

use wslog_parse::nginx_conf::Directive;

use crate::audit::entries::matches;
use crate::audit::location::Proxied;
use crate::audit::reach::skips;
use crate::audit::request::{Request, Variables};
use crate::audit::tree::{Level, LevelId, Tree, argument};

/// The `return` that does so.
#[derive(Debug)]
pub(crate) struct Answered<'c> {
    pub(crate) by: &'c Directive,
    /// Whether an `error_page` takes what it answers to another location.
    pub(crate) is_taken_on: bool,
}

impl<'c> Answered<'c> {
    /// What answers the handshakes of a location: its own, or its server's, which is asked before it.
    pub(crate) fn of(
        tree: &Tree<'c>,
        variables: &Variables<'_>,
        it: &Proxied<'c>,
    ) -> Option<Answered<'c>> {
        let mut around = it.server.into_iter().chain([it.home]);
        around.find_map(|around| {
            let mut branches = tree.branches(around);
            let is_skipped = tree.get(around).is_none_or(skips);
            branches
                .find_map(|(id, level)| answering(tree, variables, id, level))
                .filter(|_| !is_skipped)
        })
    }
}

fn answering<'c>(
    tree: &Tree<'c>,
    variables: &Variables<'_>,
    id: LevelId,
    level: &Level<'c>,
) -> Option<Answered<'c>> {
    let condition = level.block?;
    let by = level.own("return").next()?;
    let mut all = Request::HANDSHAKES.into_iter();
    let is_for_all = all.all(|request| holds(variables, condition, request) == Some(true));
    // What is so for any request is meant so, unless it is about what only a handshake has.
    let is_for_plain = holds(variables, condition, Request::Plain) == Some(true);
    let is_meant = is_for_plain && !is_about_handshakes(condition);
    if *condition.name() != *b"if" || skips(level) || !is_for_all || is_meant {
        return None;
    }
    let status = argument(by, 0);
    let pages = tree.list(id, "error_page").map(|(_, pages)| pages).unwrap_or_default();
    let is_taken_on = pages.iter().any(|page| {
        let (_, codes) = page.arguments().split_last().unzip();
        codes.is_some_and(|codes| codes.iter().any(|code| code.text() == status))
    });
    Some(Answered { by, is_taken_on })
}

/// Whether a condition asks for a header of a handshake (RFC 6455, section 4.1).
fn is_about_handshakes(condition: &Directive) -> bool {
    let headers = ["$http_upgrade", "$http_connection", "$http_sec_websocket_"];
    let words = condition.arguments().iter().map(|it| it.text());
    words
        .map(|it| it.trim_start_matches('(').to_owned())
        .any(|word| headers.iter().any(|header| word.starts_with(header)))
}

/// Whether the condition of an `if` holds for a request; `None` where that depends on something else.
fn holds(variables: &Variables<'_>, condition: &Directive, request: Request) -> Option<bool> {
    let words: Vec<_> = condition.arguments().iter().map(|it| it.text()).collect();
    let words = words.join(" ");
    let inner = words.trim().strip_prefix('(')?.strip_suffix(')')?.trim();
    let (variable, test) = inner.split_once(' ').unwrap_or((inner, ""));
    if !variable.starts_with('$') {
        return None;
    }
    let value = variables.value(variable, request)?;
    let (operator, text) = test.trim().split_once(' ').unwrap_or((test.trim(), ""));
    let text = text.trim();
    match operator {
        "" => Some(!value.is_empty() && value != "0"),
        "=" => Some(value == variables.value(text, request)?),
        "!=" => Some(value != variables.value(text, request)?),
        "~" => matches(text, &value),
        "~*" => matches(&format!("*{text}"), &value),
        "!~" => matches(text, &value).map(|it| !it),
        "!~*" => matches(&format!("*{text}"), &value).map(|it| !it),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use wslog_parse::nginx_conf::{self, File};

    use super::*;

    #[test]
    fn ok_conditions_are_worked_out() {
        for (condition, expected) in [
            ("($http_upgrade)", Some(true)),
            ("( $http_upgrade )", Some(true)),
            ("($http_upgrade = websocket)", Some(true)),
            ("($http_upgrade = \"WebSocket\")", Some(false)),
            ("($http_upgrade != '')", Some(true)),
            ("($http_upgrade !~* websocket)", Some(false)),
            ("($http_connection ~* \"upgrade\")", Some(true)),
            ("($request_method = POST)", Some(false)),
            ("($host = a)", None),
            ("(-f $request_filename)", None),
        ] {
            let text = format!("if {condition} {{ }}");
            let load = |_: &str| Ok::<Vec<File>, String>(Vec::new());
            let configuration = nginx_conf::parse("a", text.as_bytes(), load).expect(&text);
            let tree = Tree::of(&configuration);
            let variables = Variables::of(&tree, true);
            let condition = configuration.directives().first().expect(&text);
            assert_eq!(holds(&variables, condition, Request::Handshake), expected, "{text}");
        }
    }
}
