//! Is this answer mathematically the reference?
//!
//! An answer is read into a tree (`read`), and two trees are compared (`same`): numbers as exact fractions, expressions by their
//! value at several points, exactly where they are rational and else to fifty digits with a bound of the error (`value`). Text that
//! the reader does not know is compared as normalised text (`normal`). The crate's README has the rules in full, with the
//! cases that could be decided otherwise and why they are decided as they are.
//!
//! Nothing here panics, whatever the text, and the work is bounded: the length of what is read, the depth of its brackets, the
//! size of exact numbers, and what one comparison may spend. An answer beyond a bound counts as wrong, unless it is written
//! like the reference.

mod boxed;
mod extraction;
mod joints;
#[cfg(feature = "mathematics")]
mod mathematics;
mod normal;
#[cfg(any(test, not(feature = "mathematics")))]
mod plain;

pub use boxed::extract_boxed;
pub use extraction::{Extraction, after_thinking, extract};
#[cfg(feature = "mathematics")]
pub use mathematics::{Comparison, compare};

/// Whether `answer` and `reference` (without `\boxed`) say the same thing; false where either is empty. Symmetric, but that only an
/// answer may be an equation whose right side is the reference: `m+n=293` answers 293, and 293 does not answer `m+n=293`.
///
/// Without the feature `mathematics` only numbers, times and lists of such are compared by value, all else as text.
pub fn equal(answer: &str, reference: &str) -> bool {
    #[cfg(feature = "mathematics")]
    return mathematics::equal(answer, reference);
    #[cfg(not(feature = "mathematics"))]
    return plain::equal(answer, reference);
}

/// Whether the answer that `extraction` finds in `response` equals the one that `reference` states, boxed or in any other form of
/// [`Extraction::Stated`].
///
/// ```
/// use explang_verify::{Extraction, verify};
/// let response = "<think>\nSix times seven.\n</think>\n\\boxed{42}";
/// assert!(verify(response, "42.0", Extraction::AfterThinking));
/// assert!(!verify("The answer is 42.", "42", Extraction::AfterThinking), "no box");
/// assert!(verify("The answer is 42.", "42", Extraction::Stated));
/// ```
pub fn verify(response: &str, reference: &str, extraction: Extraction) -> bool {
    #[cfg(feature = "mathematics")]
    return mathematics::verify(response, reference, extraction);
    #[cfg(not(feature = "mathematics"))]
    return {
        let reference = boxed::joined(reference, &boxed::BOX).unwrap_or(reference.into());
        extract(response, extraction).is_some_and(|answer| plain::equal(&answer, &reference))
    };
}

#[cfg(all(test, feature = "mathematics"))]
mod tests;

/// The README's example, run as a test.
#[cfg(all(doctest, feature = "mathematics"))]
#[doc = include_str!("../README.md")]
struct Readme;
