//! Why a training is not kept, or what is kept cannot be read; each in the words of the page.

use crate::protocol::Failure;
use crate::protocol::learning::NotKept;

/// The browser refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this browser stores nothing for this page: {0}")]
pub struct Refused(pub String);

/// What is kept cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeptError {
    /// A page of another version kept it.
    #[error(
        "the training was kept in format {found}, this version of the page reads format {known}"
    )]
    OtherVersion {
        /// The format that was found.
        found: u32,
        /// The format that is read.
        known: u32,
    },
    /// A record is not there.
    #[error("the training is damaged: {0} is missing")]
    Missing(String),
    /// A record is not what was kept.
    #[error("the training is damaged: {0} is not what was kept")]
    Damaged(String),
    /// The browser refuses.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Nothing was kept; what had been kept before still is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    /// There is no room.
    #[error("the storage that this browser gives to this page is full")]
    Full,
    /// The browser refuses.
    #[error("this browser stores nothing for this page: {0}")]
    Refused(String),
    /// Another tab has kept, or deleted, a training since.
    #[error("another tab has kept or deleted a training since")]
    OtherTab,
}

impl From<Refused> for SaveError {
    fn from(Refused(why): Refused) -> Self {
        SaveError::Refused(why)
    }
}

impl Refused {
    /// What the visitor is told.
    pub fn told(&self) -> Failure {
        failure(
            self,
            "Leave the private window, or allow this page to store data; until then a reload begins anew.",
        )
    }
}

impl KeptError {
    /// What the visitor is told.
    pub fn told(&self) -> (NotKept, Failure) {
        let advice = match self {
            KeptError::OtherVersion { .. } => {
                "Open the page that kept it, or delete it in view 8 and begin anew."
            }
            KeptError::Missing(_) | KeptError::Damaged(_) => "Delete it in view 8, and begin anew.",
            KeptError::Refused(refused) => return (NotKept::Refused, refused.told()),
        };
        (NotKept::Unreadable, failure(self, advice))
    }
}

impl SaveError {
    /// What the visitor is told.
    pub fn told(&self) -> (NotKept, Failure) {
        match self {
            SaveError::Full => (
                NotKept::Refused,
                failure(
                    self,
                    "Make room on the disk: the training goes on, and is kept again as soon as there is some.",
                ),
            ),
            SaveError::Refused(why) => (NotKept::Refused, Refused(why.clone()).told()),
            SaveError::OtherTab => (
                NotKept::OtherTab,
                failure(
                    self,
                    "Go on in one tab only: there, or keep this training in the place of the other.",
                ),
            ),
        }
    }
}

/// An error as a sentence, and what to do about it.
fn failure(error: &impl std::fmt::Display, advice: &str) -> Failure {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    Failure {
        message: format!("{}{}.", first.unwrap_or_default(), letters.as_str()),
        advice: advice.to_owned(),
    }
}
