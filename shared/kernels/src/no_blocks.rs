//! What stands for `blocks` in a build without that feature: a type without a value, so that all that would be done with one is left out.

/// A matrix in blocks, of which there is none.
#[derive(Debug, Clone)]
pub enum Blocks {}

impl Blocks {
    /// None: matrices stay in f32.
    pub const fn quantise(_: &[f32], _: usize) -> Option<Self> {
        None
    }

    /// Number of rows, `out`.
    pub const fn rows(&self) -> usize {
        match *self {}
    }

    /// Length of a row, `in`.
    pub const fn inner(&self) -> usize {
        match *self {}
    }

    /// Appends the numbers of a row, in f32.
    pub const fn append_row(&self, _: usize, _: &mut Vec<f32>) {
        match *self {}
    }

    /// All numbers, in f32, row by row.
    pub const fn to_values(&self) -> Vec<f32> {
        match *self {}
    }
}

/// `y [N, out] = x [N, in] · wᵀ`.
pub const fn product(_: &[f32], w: &Blocks, _: &mut [f32]) {
    match *w {}
}
