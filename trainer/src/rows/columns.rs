//! Columns that another program names otherwise: `response=output,ground_truth=gts`.

use std::str::FromStr;

use explang::named::{LONGEST_SHOWN, Unknown, brief};

use super::Members;

/// Our name of a column and theirs, for those that differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns(Vec<(String, String)>);

/// All columns have our names.
pub(crate) static OURS: Columns = Columns(Vec::new());

/// A list that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsError {
    /// A part is not `ours=theirs`.
    #[error("`{0}` is not of the form OURS=THEIRS, such as response=output")]
    Form(String),
    /// A name is given twice.
    #[error("`{0}` is renamed twice; name it once")]
    Twice(String),
}

impl FromStr for Columns {
    type Err = ColumnsError;

    fn from_str(text: &str) -> Result<Self, ColumnsError> {
        let mut columns: Vec<(String, String)> = Vec::new();
        for part in text.split(',') {
            let form = || ColumnsError::Form(brief(part, LONGEST_SHOWN));
            let (ours, theirs) = part.split_once('=').ok_or_else(form)?;
            let (ours, theirs) = (ours.trim(), theirs.trim());
            if ours.is_empty() || theirs.is_empty() {
                return Err(form());
            }
            if columns.iter().any(|(before, _)| before == ours) {
                return Err(ColumnsError::Twice(brief(ours, LONGEST_SHOWN)));
            }
            columns.push((ours.to_owned(), theirs.to_owned()));
        }
        Ok(Columns(columns))
    }
}

impl Columns {
    /// Whether our names are among `known`.
    ///
    /// # Errors
    /// With the first unknown one; the error lists those that are known.
    pub fn check(&self, known: &[&'static str]) -> Result<(), Unknown> {
        let unknown = |ours: &String| !known.contains(&ours.as_str());
        match self
            .0
            .iter()
            .map(|(ours, _)| ours)
            .find(|ours| unknown(ours))
        {
            None => Ok(()),
            Some(ours) => Err(Unknown {
                what: "column",
                word: ours.clone(),
                names: known.to_vec(),
            }),
        }
    }

    /// Their name of a column that they call otherwise.
    pub(crate) fn theirs(&self, ours: &str) -> Option<&str> {
        let (_, theirs) = self.0.iter().find(|(name, _)| name == ours)?;
        Some(theirs)
    }

    /// The row with our names in place of theirs. What stood under our name is replaced; where their column is missing, ours is too.
    pub(super) fn renamed(&self, mut row: Members) -> Members {
        let taken: Vec<_> = (self.0.iter())
            .map(|(ours, theirs)| (ours, row.get(theirs).cloned()))
            .collect();
        for (_, theirs) in &self.0 {
            row.remove(theirs);
        }
        for (ours, value) in taken {
            match value {
                Some(value) => row.insert(ours.clone(), value),
                None => row.remove(ours),
            };
        }
        row
    }

    /// Which column each of ours is read from, in parentheses behind a blank; empty where all have our names.
    pub(super) fn told(&self) -> String {
        let told = self.0.iter();
        let told = told.map(|(ours, theirs)| {
            let [ours, theirs] = [ours, theirs].map(|name| brief(name, LONGEST_SHOWN));
            format!("`{ours}` is read from `{theirs}`")
        });
        match told.collect::<Vec<_>>().join(", ").as_str() {
            "" => String::new(),
            told => format!(" ({told})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn renamed(columns: &str, row: serde_json::Value) -> serde_json::Value {
        let columns: Columns = columns.parse().unwrap();
        columns.renamed(row.as_object().unwrap().clone()).into()
    }

    #[test]
    fn names_are_exchanged_and_the_rest_is_kept() {
        let row = json!({"output": "x", "gts": "7", "step": 3});
        assert_eq!(
            renamed("response=output, ground_truth=gts", row),
            json!({"response": "x", "ground_truth": "7", "step": 3})
        );
        // Two columns that change places, and one that is read twice.
        assert_eq!(
            renamed("a=b,b=a", json!({"a": 1, "b": 2})),
            json!({"a": 2, "b": 1})
        );
        assert_eq!(renamed("a=c,b=c", json!({"c": 1})), json!({"a": 1, "b": 1}));
        // A column that is asked for and missing is not replaced by another of our name.
        assert_eq!(
            renamed("response=output", json!({"response": "x"})),
            json!({})
        );
    }

    #[test]
    fn a_list_that_cannot_be_read_says_why() {
        let error = |text: &str| text.parse::<Columns>().unwrap_err().to_string();
        for text in ["", "response", "=output", "response=", "response=output,"] {
            assert!(error(text).contains("OURS=THEIRS"), "{text}");
        }
        assert_eq!(error("a=b,a=c"), "`a` is renamed twice; name it once");
        let columns: Columns = "respons=output".parse().unwrap();
        let error = columns
            .check(&["prompt", "response"])
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "unknown column `respons` (did you mean `response`?); expected one of: prompt response"
        );
        assert_eq!(columns.check(&["respons"]), Ok(()));
    }

    #[test]
    fn a_message_repeats_names_on_one_short_line() {
        for name in ["a\0b", "a\u{1b}[31mb", "a\rb", &"a".repeat(9_000)] {
            let error = |text: String| text.parse::<Columns>().unwrap_err().to_string();
            let columns: Columns = format!("response={name}").parse().unwrap();
            for said in [
                error(name.to_owned()),
                error(format!("{name}=x,{name}=y")),
                columns.told(),
            ] {
                assert!(
                    !said.contains(char::is_control) && said.len() < 200,
                    "{said:?}"
                );
            }
        }
    }
}
