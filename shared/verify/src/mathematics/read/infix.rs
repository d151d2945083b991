//! TeX's old operators between two halves of a group, `{1 \\over 2}` and `{7 \\choose 3}`, as commands before two groups.

use super::token::{Kind, Token};

/// More of them than this stay unread.
const MAX_OPERATORS: usize = 20;

/// Rewrites each `a \\over b` of a group, or of the whole text, to `\\frac{a}{b}`, and `\\choose` to `\\binom`.
pub(super) fn to_prefix(tokens: &mut Vec<Token>) {
    for _ in 0..MAX_OPERATORS {
        let found = tokens.iter().enumerate().find_map(|(at, token)| {
            let command = match &token.kind {
                Kind::Command(name) => prefix(name)?,
                _ => return None,
            };
            Some((at, command))
        });
        let Some((at, command)) = found else {
            return;
        };
        let start = tokens[..at].iter().rev().scan(0_usize, outside('}', '{'));
        let start = at - start.count();
        let end = tokens[at + 1..].iter().scan(0_usize, outside('{', '}'));
        let end = at + 1 + end.count();
        let mark = |mark| Token {
            kind: Kind::Mark(mark),
            spaced: false,
        };
        let command = Token {
            kind: Kind::Command(command.to_owned()),
            spaced: tokens.get(start).is_some_and(|token| token.spaced),
        };
        // From the end, so that places before stay as they are.
        tokens.insert(end, mark('}'));
        tokens.splice(at..=at, [mark('}'), mark('{')]);
        tokens.splice(start..start, [command, mark('{')]);
    }
}

fn prefix(name: &str) -> Option<&'static str> {
    match name {
        "over" => Some("frac"),
        "choose" => Some("binom"),
        _ => None,
    }
}

/// Goes on until `close` ends the group around, where `open` begins one inside.
fn outside(open: char, close: char) -> impl FnMut(&mut usize, &Token) -> Option<()> {
    move |depth, token| {
        match &token.kind {
            Kind::Mark(mark) if *mark == open => *depth += 1,
            Kind::Mark(mark) if *mark == close => *depth = depth.checked_sub(1)?,
            // A row or a column of a matrix holds it too.
            Kind::Mark('&') | Kind::Row | Kind::Begin(_) | Kind::End(_) if *depth == 0 => {
                return None;
            }
            _ => {}
        }
        Some(())
    }
}
