//! The detectors by name.

use explang_language::Language;
use explang_named::named;

use super::Identify;

/// A detector of languages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Identifier {
    /// The published code's: the more precise one, and ten times as slow as the other.
    #[default]
    Lingua,
    /// The page's: common words first, trigrams where they leave several languages.
    Whatlang,
}

named!(Identifier, "identifier", { Lingua => "lingua", Whatlang => "whatlang" });

/// The detector exists, but was left out of this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this build has no `{0}`; build explang-reward with `--features {0}`, or choose another `identifier`"
)]
pub struct NotBuilt(pub Identifier);

impl Identifier {
    /// The detector, which names languages of `pool` only.
    ///
    /// # Errors
    /// When the crate was built without the feature of its name.
    pub fn build(self, pool: &[Language]) -> Result<Box<dyn Identify>, NotBuilt> {
        match self {
            #[cfg(feature = "lingua")]
            Identifier::Lingua => Ok(Box::new(super::LinguaDetector::new(pool))),
            #[cfg(feature = "whatlang")]
            Identifier::Whatlang => Ok(Box::new(super::WhatlangDetector::new(pool))),
            #[allow(unreachable_patterns)]
            missing => {
                let _ = pool;
                Err(NotBuilt(missing))
            }
        }
    }
}
