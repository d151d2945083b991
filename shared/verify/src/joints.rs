//! What joins the items of a list: commas, and "and" and "or" in the languages that the model may answer in.

/// How the items of a list are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joint {
    Comma,
    And,
    Or,
}

/// What a word joins items by; none where it is another word.
pub(crate) fn joint(word: &str) -> Option<Joint> {
    Some(match word {
        "and" | "AND" | "And" | "und" | "UND" | "sowie" | "et" | "ed" | "и" | "И" | "和" | "与"
        | "與" | "及" | "以及" | "且" | "并且" | "並且" | "と" | "および" | "及び" | "かつ"
        | "와" | "과" | "및" | "그리고" | "이고" | "และ" | "กับ" | "và" | "dan" | "serta" | "și"
        | "şi" | "na" | "و" | "ו" | "וגם" => Joint::And,
        "or" | "OR" | "Or" | "oder" | "ODER" | "ou" | "oppure" | "или" | "ИЛИ" | "либо" | "或"
        | "或者" | "或是" | "または" | "又は" | "もしくは" | "あるいは" | "か" | "또는"
        | "혹은" | "거나" | "이거나" | "หรือ" | "hoặc" | "hay" | "atau" | "sau" | "au" | "أو"
        | "או" => Joint::Or,
        _ => return None,
    })
}

/// What a single letter joins in Spanish, Italian and Portuguese, as an English word. Elsewhere it is a variable, or e.
pub(crate) fn joint_letter(letter: &str) -> Option<&'static str> {
    match letter {
        "y" | "e" => Some("and"),
        "o" | "u" => Some("or"),
        _ => None,
    }
}

/// The text without the name of a value at its end, `x =`.
pub(crate) fn without_name(text: &str) -> &str {
    let named = || {
        let head = text.trim_end_matches(' ').strip_suffix('=')?;
        let head = head.trim_end_matches(' ');
        // A word for "or" of another script may touch the name.
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, 'α'..='ω');
        let name = |c: char| letter(c) || matches!(c, '_' | '{' | '}' | '(' | ')');
        Some(head.trim_end_matches(name)).filter(|rest| rest.len() < head.len())
    };
    named().unwrap_or(text)
}
