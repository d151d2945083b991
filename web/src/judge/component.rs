//! The components of the reward in the page's words.

use explang::reward::Component;

/// Its name for people.
pub const fn title(component: Component) -> &'static str {
    match component {
        Component::Format => "format",
        Component::Compliance => "complies",
        Component::Verified => "right",
        Component::Diversity => "diversity",
        Component::PassAtK => "pass@k",
        Component::LanguageAccuracy => "language accuracy",
        Component::English => "English",
        Component::OtherLanguage => "another language",
    }
}

/// When it is 1.
pub const fn meaning(component: Component) -> &'static str {
    match component {
        Component::Format => "it opens with a tag and ends its thinking",
        Component::Compliance => "it thinks in the language that it named",
        Component::Verified => "its answer is right",
        Component::Diversity => "its language is the rarest of the group",
        Component::PassAtK => "some rollout in its language is right",
        Component::LanguageAccuracy => "share of right rollouts in its language",
        Component::English => "it named English",
        Component::OtherLanguage => "it named a language other than English",
    }
}
