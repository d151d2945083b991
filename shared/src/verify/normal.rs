//! One spelling for the notations of the same thing.

/// The ASCII character that `c` stands for: digits of other scripts, full-width forms, the minus sign, the
/// Arabic separators. Any other character stands for itself.
pub(super) fn ascii(c: char) -> char {
    let digit = |zero: u32| char::from_digit(c as u32 - zero, 10).unwrap_or(c);
    match c {
        '\u{0660}'..='\u{0669}' => digit(0x0660), // Arabic-Indic
        '\u{06F0}'..='\u{06F9}' => digit(0x06F0), // extended Arabic-Indic
        '\u{0966}'..='\u{096F}' => digit(0x0966), // Devanagari
        '\u{0E50}'..='\u{0E59}' => digit(0x0E50), // Thai
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c), // full-width
        '\u{2212}' => '-',
        '\u{066B}' => '.',
        '\u{066C}' => ',',
        _ => c,
    }
}

/// Commands of which only the content in braces matters.
const WRAPPERS: [&str; 8] = [
    "text",
    "mathrm",
    "textbf",
    "mathbf",
    "textit",
    "mbox",
    "textrm",
    "operatorname",
];

/// `text` without what carries no meaning: dollars, spacing commands, `\left`, `\right`, wrappers such as
/// `\text{…}`, white space (except between two words or numbers), a trailing full stop. `\dfrac` and `\tfrac`
/// become `\frac`; `\sqrt2` becomes `\sqrt{2}`; `{,}`, the thousands mark of TeX, becomes a space.
pub(super) fn normalise(text: &str) -> String {
    let mut out = Writer::default();
    // Whether the partner of each open brace was dropped.
    let mut dropped = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let tail = &rest[first.len_utf8()..];
        rest = tail;
        match ascii(first) {
            '\\' => {
                let name = &tail[..tail
                    .find(|c: char| !c.is_ascii_alphabetic())
                    .unwrap_or(tail.len())];
                rest = &tail[name.len()..];
                if name.is_empty() {
                    // A command of one character: spacing or an escaped sign.
                    let Some(sign) = tail.chars().next() else {
                        break;
                    };
                    rest = &tail[sign.len_utf8()..];
                    match sign {
                        ',' | ';' | ':' | ' ' => out.space = true,
                        '!' | '$' | '(' | ')' | '[' | ']' => {}
                        _ => {
                            out.push('\\');
                            out.push(sign);
                        }
                    }
                    continue;
                }
                match name {
                    "left" | "right" => {}
                    "quad" | "qquad" => out.space = true,
                    _ if WRAPPERS.contains(&name) && rest.trim_start().starts_with('{') => {
                        rest = &rest.trim_start()[1..];
                        dropped.push(true);
                    }
                    "dfrac" | "tfrac" | "cfrac" => out.command("frac"),
                    "sqrt" => {
                        out.command(name);
                        // TeX takes the next single character as the argument.
                        let argument = rest.trim_start().chars().next();
                        if let Some(c) = argument.filter(|&c| ascii(c).is_alphanumeric()) {
                            rest = &rest.trim_start()[c.len_utf8()..];
                            for c in ['{', ascii(c), '}'] {
                                out.push(c);
                            }
                        }
                    }
                    _ => out.command(name),
                }
            }
            '$' => {}
            '~' => out.space = true,
            '{' if tail.starts_with(",}") => {
                rest = &tail[2..];
                out.space = true;
            }
            '{' => {
                dropped.push(false);
                out.push('{');
            }
            '}' => {
                if !dropped.pop().unwrap_or(false) {
                    out.push('}');
                }
            }
            c if c.is_whitespace() => out.space = true,
            c => out.push(c),
        }
    }
    let end = out.text.trim_end_matches(['.', '。']).len();
    out.text.truncate(end);
    out.text
}

/// Collects the normal form; keeps one space where dropping it would join two words or numbers.
#[derive(Default)]
struct Writer {
    text: String,
    /// White space was read since the last character.
    space: bool,
    /// The text ends in a command's name, which a letter would lengthen and a digit would not.
    named: bool,
}

impl Writer {
    fn push(&mut self, c: char) {
        let joins = if self.named {
            c.is_ascii_alphabetic()
        } else {
            let last = self.text.chars().next_back();
            self.space && c.is_alphanumeric() && last.is_some_and(char::is_alphanumeric)
        };
        if joins {
            self.text.push(' ');
        }
        self.text.push(c);
        (self.space, self.named) = (false, false);
    }

    fn command(&mut self, name: &str) {
        self.text.push('\\');
        self.text.push_str(name);
        (self.space, self.named) = (false, true);
    }
}
