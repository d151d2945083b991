//! A language's name, in itself.

use explang::Language;
use leptos::prelude::*;

/// The direction of the language's text, for the attribute `dir`.
pub const fn direction(language: Language) -> &'static str {
    if language.right_to_left() {
        "rtl"
    } else {
        "ltr"
    }
}

/// The language's own name in its colour.
#[component]
pub fn LanguageName(
    /// The language.
    language: Language,
) -> impl IntoView {
    view! {
        <bdi class=format!("language {language}") lang=language.code() dir=direction(language) title=language.english_name()>
            {language.own_name()}
        </bdi>
    }
}
