//! Kinds of problems as people call them.

use explang::tasks::{Spec, Style};

/// A kind of problem, such as “weekdays in steps”.
pub fn kind_name(spec: Spec) -> String {
    format!("{} {}", spec.family(), style_name(spec.style()))
}

/// How a problem says to think.
pub const fn style_name(style: Style) -> &'static str {
    match style {
        Style::Steps => "in steps",
        Style::Breath => "in one breath",
    }
}
