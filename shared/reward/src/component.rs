//! What a reward is made of: one list, from which names, fields and files follow.

use explang_named::named;
use serde::{Deserialize, Serialize};

/// Declares [`Component`] and [`PerComponent`] from one list.
macro_rules! components {
    ($($(#[$doc:meta])+ $field:ident $variant:ident $name:literal;)+) => {
        /// A component of the reward. Each is 0 or 1 unless said otherwise.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Component {
            $($(#[$doc])+ $variant,)+
        }

        named!(Component, "reward component", { $($variant => $name),+ });

        /// Something for each component: its value for a response, its weight in a variant. Left out of a file it is the default.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct PerComponent<T: Default> {
            $($(#[$doc])+ pub $field: T,)+
        }

        impl<T: Default> PerComponent<T> {
            /// Made component by component, in the order of [`Component::ALL`].
            pub fn from_fn(mut of: impl FnMut(Component) -> T) -> Self {
                PerComponent { $($field: of(Component::$variant)),+ }
            }

            /// That of one component.
            pub const fn get(&self, component: Component) -> &T {
                match component {
                    $(Component::$variant => &self.$field),+
                }
            }

            /// That of one component, to be changed.
            pub const fn get_mut(&mut self, component: Component) -> &mut T {
                match component {
                    $(Component::$variant => &mut self.$field),+
                }
            }
        }
    };
}

components! {
    /// f: the response opens with a well-formed tag, and closes its thinking.
    format Format "format";
    /// c: the detected language of the thinking trace is the tag's.
    compliance Compliance "compliance";
    /// v: the final answer equals the reference.
    verified Verified "verified";
    /// d, in 0..=1: c / n_L divided by its maximum, where n_L responses chose the language L; NaN with
    /// [`Quirks::undefined_diversity`](crate::Quirks::undefined_diversity).
    diversity Diversity "diversity";
    /// P: some response in the same language is verified.
    pass_at_k PassAtK "pass_at_k";
    /// Mean of v over the responses in the same language, in 0..=1.
    language_accuracy LanguageAccuracy "language_accuracy";
    /// The tag names English, and English is in the pool.
    english English "english";
    /// The tag names another language of the pool.
    other_language OtherLanguage "other_language";
}

/// What the components of one response came to.
pub type Components = PerComponent<f64>;

/// The weight of each component in the sum.
pub type Weights = PerComponent<f64>;

impl PerComponent<f64> {
    /// The sum of `components` under these weights. A component of weight 0 is left out, so that an undefined one cannot spoil it.
    pub fn sum(&self, components: &Components) -> f64 {
        self.terms(components)
            .into_iter()
            .filter(|(_, weight, _)| *weight != 0.0)
            .map(|(_, weight, component)| weight * component)
            .sum()
    }

    /// What is summed: each component with its weight and its value.
    pub fn terms(&self, components: &Components) -> [(Component, f64, f64); Component::ALL.len()] {
        Component::ALL
            .map(|component| (component, *self.get(component), *components.get(component)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_has_one_name_on_disk_and_in_messages() {
        let numbered = PerComponent::from_fn(|component| component as usize as f64);
        let serde_json::Value::Object(written) = serde_json::to_value(numbered).unwrap() else {
            panic!("not an object");
        };
        assert_eq!(written.len(), Component::ALL.len());
        for component in Component::ALL {
            assert_eq!(written[component.name()], component as usize as f64);
            assert_eq!(*numbered.get(component), component as usize as f64);
        }
        assert!(serde_json::from_str::<Weights>(r#"{"verifed": 2}"#).is_err());
        let partial: Weights = serde_json::from_str(r#"{"verified": 2}"#).unwrap();
        assert_eq!(
            partial,
            Weights {
                verified: 2.0,
                ..Weights::default()
            }
        );
    }
}
