//! Matrices laid out in panels, and the products of panels that attention is made of.

use super::super::simd::fma;

/// Columns of a block: the queries that are worked on at once, or elements of a head.
pub(super) const COLUMNS: usize = 16;
/// Rows of a tile: keys, or elements of a head.
pub(super) const ROWS: usize = 4;

/// One tile of a product, held in registers.
pub(super) type Tile = [[f32; COLUMNS]; ROWS];
/// One row of a block.
pub(super) type Line = [f32; COLUMNS];

/// One head of the tokens of one sequence, in a matrix of all heads of all tokens.
#[derive(Clone, Copy)]
pub(super) struct HeadView<'a> {
    /// The matrix from the sequence's first token to its last.
    pub(super) tokens: &'a [f32],
    /// Elements of a token.
    pub(super) width: usize,
    /// Where the head starts in a token.
    pub(super) start: usize,
    /// Elements of the head.
    pub(super) dim: usize,
}

impl<'a> HeadView<'a> {
    /// The head of each token in turn.
    #[inline(always)]
    pub(super) fn rows(self) -> impl Iterator<Item = &'a [f32]> {
        self.tokens
            .chunks_exact(self.width)
            .map(move |t| &t[self.start..self.start + self.dim])
    }

    /// From the token `first` on.
    #[inline(always)]
    pub(super) fn from(self, first: usize) -> Self {
        HeadView {
            tokens: &self.tokens[first * self.width..],
            ..self
        }
    }
}

/// `n` rounded up to whole tiles or blocks of `size`.
pub(super) const fn round_up(n: usize, size: usize) -> usize {
    n.div_ceil(size) * size
}

/// Panels over tokens: panel `b` holds the tokens `ROWS b..`, element by element, `[dim][ROWS]`. Filled up with zeros.
///
/// The left factor of products that sum over the elements of a head.
#[inline(always)]
pub(super) fn pack_tokens(head: HeadView<'_>, length: usize, panels: &mut [f32]) {
    let panels = panels[..round_up(length, ROWS) * head.dim].chunks_exact_mut(ROWS * head.dim);
    for (b, panel) in panels.enumerate() {
        panel.fill(0.0);
        for (r, row) in head.from(b * ROWS).rows().take(ROWS).enumerate() {
            let (lines, _) = panel.as_chunks_mut::<ROWS>();
            for (line, &x) in lines.iter_mut().zip(row) {
                line[r] = x;
            }
        }
    }
}

/// Panels over elements: panel `b` holds the elements `ROWS b..` of every token, `[padded length][ROWS]`. Filled up with
/// zeros.
///
/// The left factor of products that sum over tokens.
#[inline(always)]
pub(super) fn pack_elements(head: HeadView<'_>, padded: usize, panels: &mut [f32]) {
    let panels = panels[..round_up(head.dim, ROWS) * padded].chunks_exact_mut(ROWS * padded);
    for (b, panel) in panels.enumerate() {
        panel.fill(0.0);
        let (lines, _) = panel.as_chunks_mut::<ROWS>();
        for (line, row) in lines.iter_mut().zip(head.rows()) {
            for (x, &y) in line.iter_mut().zip(&row[b * ROWS..]) {
                *x = y;
            }
        }
    }
}

/// Up to [`COLUMNS`] tokens times `scale`, transposed: `[dim][COLUMNS]`, filled up with zeros.
#[inline(always)]
pub(super) fn transpose_block(head: HeadView<'_>, scale: f32, block: &mut [Line]) {
    block.fill([0.0; COLUMNS]);
    for (column, row) in head.rows().take(COLUMNS).enumerate() {
        for (line, &x) in block.iter_mut().zip(row) {
            line[column] = x * scale;
        }
    }
}

/// Up to [`COLUMNS`] tokens times `scale` as they are, in blocks over elements: `[blocks][COLUMNS tokens][COLUMNS]`,
/// filled up with zeros.
#[inline(always)]
pub(super) fn copy_block(head: HeadView<'_>, scale: f32, blocks: &mut [[Line; COLUMNS]]) {
    for (b, block) in blocks.iter_mut().enumerate() {
        *block = [[0.0; COLUMNS]; COLUMNS];
        for (line, row) in block.iter_mut().zip(head.rows()) {
            for (x, &y) in line.iter_mut().zip(&row[b * COLUMNS..]) {
                *x = y * scale;
            }
        }
    }
}

/// The products of panels, each of `size` numbers, with a block: `Σₖ aₖ bₖᵀ` of the lines of a panel and of the block, as many as the shorter
/// has. Where there are registers for it, two panels at a time: as many sums as hide the time that an addition takes.
#[inline(always)]
pub(super) fn panels_times_block<const FMA: bool, const WIDE: bool>(
    panels: &[f32],
    size: usize,
    block: &[Line],
    tiles: &mut [Tile],
) {
    let mut panels = panels.chunks_exact(size);
    let (pairs, rest) = tiles.as_chunks_mut::<2>();
    for pair in pairs {
        let (Some(first), Some(second)) = (panels.next(), panels.next()) else {
            return;
        };
        if WIDE {
            *pair = products::<FMA, 2>([first, second], block);
        } else {
            [pair[0]] = products::<FMA, 1>([first], block);
            [pair[1]] = products::<FMA, 1>([second], block);
        }
    }
    for (tile, panel) in rest.iter_mut().zip(panels) {
        [*tile] = products::<FMA, 1>([panel], block);
    }
}

#[inline(always)]
fn products<const FMA: bool, const N: usize>(panels: [&[f32]; N], block: &[Line]) -> [Tile; N] {
    let panels = panels.map(|panel| panel.as_chunks::<ROWS>().0);
    let lines = panels[0].len().min(block.len());
    let panels = panels.map(|panel| &panel[..lines]);
    let mut tiles = [[[0.0; COLUMNS]; ROWS]; N];
    for (k, b) in block[..lines].iter().enumerate() {
        for n in 0..N {
            let a = &panels[n][k];
            for r in 0..ROWS {
                for c in 0..COLUMNS {
                    tiles[n][r][c] = fma::<FMA>(a[r], b[c], tiles[n][r][c]);
                }
            }
        }
    }
    tiles
}

/// Adds to `sums [tiles][blocks]` the products of tiles of lines `[ROWS][COLUMNS]` with blocks `[COLUMNS][COLUMNS]`, two tiles at a time
/// where there are registers for it.
#[inline(always)]
pub(super) fn add_tiles_times_blocks<const FMA: bool, const WIDE: bool>(
    tiles: &[Tile],
    blocks: &[[Line; COLUMNS]],
    sums: &mut [Tile],
) {
    let size = blocks.len();
    let (pairs, rest) = tiles.as_chunks::<2>();
    let (paired, left) = sums.split_at_mut(2 * pairs.len() * size);
    for ([first, second], sums) in pairs.iter().zip(paired.chunks_exact_mut(2 * size)) {
        let (sums, others) = sums.split_at_mut(size);
        for (block, (sum, other)) in blocks.iter().zip(sums.iter_mut().zip(others)) {
            if WIDE {
                add_products::<FMA, 2>([first, second], block, [sum, other]);
            } else {
                add_products::<FMA, 1>([first], block, [sum]);
                add_products::<FMA, 1>([second], block, [other]);
            }
        }
    }
    for (tile, sums) in rest.iter().zip(left.chunks_exact_mut(size)) {
        for (block, sum) in blocks.iter().zip(sums) {
            add_products::<FMA, 1>([tile], block, [sum]);
        }
    }
}

#[inline(always)]
fn add_products<const FMA: bool, const N: usize>(
    tiles: [&Tile; N],
    block: &[Line; COLUMNS],
    sums: [&mut Tile; N],
) {
    let mut here = [[[0.0; COLUMNS]; ROWS]; N];
    for n in 0..N {
        here[n] = *sums[n];
    }
    for k in 0..COLUMNS {
        for n in 0..N {
            for r in 0..ROWS {
                for c in 0..COLUMNS {
                    here[n][r][c] = fma::<FMA>(tiles[n][r][k], block[k][c], here[n][r][c]);
                }
            }
        }
    }
    for n in 0..N {
        *sums[n] = here[n];
    }
}
