//! Where Jinja shows that it runs on Python, and minijinja does not.

use std::borrow::Cow;

use minijinja::Value;
use minijinja::value::ValueKind;

/// What Python's `iter` takes: a text too, and `None` not.
pub(super) fn iterable(value: &Value) -> bool {
    matches!(
        value.kind(),
        ValueKind::String
            | ValueKind::Bytes
            | ValueKind::Seq
            | ValueKind::Map
            | ValueKind::Iterable
            | ValueKind::Undefined
    )
}

/// What has a length and items: a text and a dictionary too.
pub(super) fn sequence(value: &Value) -> bool {
    iterable(value) && value.kind() != ValueKind::Iterable
}

/// A value as `str` writes it.
pub(super) fn shown(value: &Value) -> Cow<'_, str> {
    match value.as_str() {
        Some(text) => text.into(),
        None if value.is_number() && !value.is_integer() => number(value).into(),
        None => value.to_string().into(),
    }
}

/// A number as `repr` writes it: a float's exponent has a sign and two digits, and is written from 1e16 on and below 1e-4.
pub(super) fn number(value: &Value) -> String {
    let float = match f64::try_from(value.clone()) {
        Ok(float) if float.is_finite() && !value.is_integer() => float,
        Ok(float) if float.is_nan() => return "NaN".to_owned(),
        Ok(float) if float.is_infinite() => {
            return if float > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
        }
        _ => return value.to_string(),
    };
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if float != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    format!("{float:?}")
}
