//! One spelling for the notations of the same thing.

/// The ASCII character that `c` stands for: digits of other scripts, full-width forms, the minus sign, the
/// Arabic separators. Any other character stands for itself.
pub(super) fn ascii(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c), // full-width
        '\u{2212}' => '-',
        '\u{066B}' => '.',
        '\u{066C}' => ',',
        _ => digit(c).unwrap_or(c),
    }
}

/// Where the digits of each script begin: all decimal digits of Unicode 14 in blocks of ten, but for those of ASCII and full width.
const ZEROS: [u32; 64] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650,
    0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50,
    0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

/// The digit that `c` is in its script.
fn digit(c: char) -> Option<char> {
    let place = ZEROS.partition_point(|&zero| zero <= u32::from(c));
    let zero = ZEROS.get(place.checked_sub(1)?)?;
    char::from_digit(u32::from(c) - zero, 10)
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
                    "cdots" | "ldots" | "dotsc" | "dotsb" => out.command("dots"),
                    "sqrt" | "pmod" => {
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
    // One stop ends a sentence; more of them say that digits or items go on.
    if !out.text.ends_with("..")
        && let Some(text) = out.text.strip_suffix(['.', '。'])
    {
        return text.to_owned();
    }
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
