//! The colours of the languages, as the style sheet has them: the page uses the sheet, this file tests it.

#[cfg(test)]
mod tests;
