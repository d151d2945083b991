//! A model whose matrices stay as they are stored, beside the same numbers in f32.

use std::io::Write;
use std::path::Path;

use explang::model::WeightForm;

use super::texts::Text;
use super::{Opened, memory, times};

/// What came of a model whose matrices stay as they are stored.
pub(super) struct Stored {
    texts: Vec<Vec<u32>>,
    /// Seconds to open it.
    seconds: f64,
    /// Memory at its highest, in times the weights in f32.
    pub(super) peak: Option<f64>,
}

impl Stored {
    /// Opens it and lets it go on with all texts. Memory is that of the whole program, so this comes before anything larger.
    pub(super) fn sample(path: &Path, texts: &[Text]) -> anyhow::Result<Self> {
        memory::forget_peak();
        let opened = Opened::open(path, WeightForm::Stored)?;
        Ok(Stored {
            texts: opened.continuations(texts)?,
            seconds: opened.seconds,
            peak: memory::peak().map(|bytes| bytes as f64 / opened.bytes()),
        })
    }

    /// Whether all texts are those of the same numbers in f32; writes what it found.
    pub(super) fn compare(
        &self,
        path: &Path,
        texts: &[Text],
        out: &mut impl Write,
    ) -> anyhow::Result<bool> {
        let expected = Opened::open(path, WeightForm::F32)?.continuations(texts)?;
        let pairs = self.texts.iter().zip(&expected);
        let same = pairs.filter(|(found, expected)| found == expected).count();
        writeln!(
            out,
            "{} as it is stored: opened in {:.2} s; at most {} times its weights in f32; {same} of {} texts are those of f32",
            path.display(),
            self.seconds,
            times(self.peak),
            texts.len(),
        )?;
        Ok(same == texts.len())
    }
}
