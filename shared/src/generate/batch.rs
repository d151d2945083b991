//! The rows that are written together: they begin with their prompts, go on token by token, and leave as they finish.

use std::ops::ControlFlow;

use super::queue::Row;
use super::{GenerateError, Prompt, SampledToken, Sampling, Writer};
use crate::model::{CacheRows, CausalLm, Packing};
use crate::tokenizer::Tokenizer;

/// Completions that are being written.
pub(super) struct Batch<'a, M: CausalLm> {
    model: &'a M,
    tokenizer: &'a Tokenizer,
    prompts: &'a [Prompt],
    sampling: &'a Sampling,
    rows: Vec<Row>,
    /// A row for each of `rows`; none where there are none.
    cache: Option<M::Cache>,
    /// Each row is as long as it is: one can leave or join the others, and the rows of a group share their prompt.
    by_rows: bool,
    /// The newest logits of all rows, `[rows, vocab]`.
    logits: Vec<f32>,
    begun: Option<Begun<M::Cache>>,
}

/// The prompt of a group of which some completions still wait: what was read of it is kept for them.
struct Begun<C> {
    prompt: usize,
    cache: C,
    logits: Vec<f32>,
}

impl<'a, M: CausalLm> Batch<'a, M> {
    pub(super) fn new(
        model: &'a M,
        tokenizer: &'a Tokenizer,
        prompts: &'a [Prompt],
        sampling: &'a Sampling,
    ) -> Self {
        Batch {
            model,
            tokenizer,
            prompts,
            sampling,
            rows: Vec::new(),
            cache: None,
            by_rows: model.by_rows(),
            logits: Vec::new(),
            begun: None,
        }
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// True where the rows of a group share their prompt.
    pub(super) fn shares(&self) -> bool {
        self.by_rows
    }

    /// True where rows can begin beside those that are running.
    pub(super) fn takes_more(&self) -> bool {
        self.rows.is_empty() || self.by_rows
    }

    /// Draws the next token of every row.
    pub(super) async fn step<F: FnMut(SampledToken<'_>) -> ControlFlow<()>>(
        &mut self,
        writer: &mut Writer<'_, F>,
    ) -> Result<ControlFlow<()>, GenerateError> {
        let Some(cache) = &mut self.cache else {
            return Ok(ControlFlow::Continue(()));
        };
        let fill = self.tokenizer.pad();
        let newest = |row: &Row| if row.finished { fill } else { row.newest };
        let newest: Vec<u32> = self.rows.iter().map(newest).collect();
        let step = Packing::new(vec![1; newest.len()]);
        self.model.foresee(cache, || writer.coming(&self.rows));
        let logits = &mut self.logits;
        let read = self.model.next_logits(&newest, &step, cache, logits);
        read.await?;
        let vocab = self.model.config().vocab_size;
        for (row, logits) in self.rows.iter_mut().zip(self.logits.chunks_exact(vocab)) {
            // A finished row that could not be dropped yet is fed filling.
            if !row.finished && writer.draw(row, logits)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        self.drop_finished();
        Ok(ControlFlow::Continue(()))
    }

    /// Reads the prompts of the completions `next` and draws the first token of each. `waiting` is the prompt of the completion that comes after them.
    pub(super) async fn begin<F: FnMut(SampledToken<'_>) -> ControlFlow<()>>(
        &mut self,
        mut next: Vec<Row>,
        waiting: Option<usize>,
        writer: &mut Writer<'_, F>,
    ) -> Result<ControlFlow<()>, GenerateError> {
        let (Some(first), Some(last)) = (next.first(), next.last()) else {
            return Ok(ControlFlow::Continue(()));
        };
        let (first, last) = (first.prompt, last.prompt);
        let begun = self.begun.take().filter(|begun| begun.prompt == first);
        let mut read: Vec<usize> = next.iter().map(|row| row.prompt).collect();
        read.dedup();
        let (mut cache, logits) = match begun {
            None => self.read(&read).await?,
            Some(Begun { cache, logits, .. }) if read.len() == 1 => (cache, logits),
            Some(mut begun) => {
                let (cache, logits) = self.read(&read[1..]).await?;
                begun.cache.append(cache);
                begun.logits.extend(logits);
                (begun.cache, begun.logits)
            }
        };
        let vocab = self.model.config().vocab_size;
        if waiting == Some(last) && self.by_rows {
            self.begun = Some(Begun {
                prompt: last,
                cache: cache.fork(read.len() - 1),
                logits: logits[(read.len() - 1) * vocab..].to_vec(),
            });
        }
        let mut groups = Vec::with_capacity(next.len());
        for row in &mut next {
            // Prompts are in the order of the completions.
            let group = read.partition_point(|&prompt| prompt < row.prompt);
            groups.push(group);
            if writer
                .draw(row, &logits[group * vocab..][..vocab])?
                .is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        cache.keep(&groups);
        match &mut self.cache {
            Some(running) => running.append(cache),
            none => *none = Some(cache),
        }
        self.rows.append(&mut next);
        self.drop_finished();
        Ok(ControlFlow::Continue(()))
    }

    /// Reads prompts, each once; returns their cache and the logits `[prompts, vocab]` after each one's last token.
    async fn read(&self, prompts: &[usize]) -> Result<(M::Cache, Vec<f32>), GenerateError> {
        let tokens = prompts.iter().map(|&i| self.prompts[i].tokens.as_slice());
        let lengths = tokens.clone().map(<[u32]>::len);
        let (model, config) = (self.model, self.model.config());
        let longest = lengths.clone().max().unwrap_or(0);
        let capacity = longest + self.sampling.max_new_tokens.min(config.max_positions);
        let mut cache = model.cache(prompts.len(), capacity);
        let packing = if self.by_rows {
            Packing::new(lengths)
        } else {
            Packing::padded(lengths)
        };
        let tokens = packing.flatten(tokens, self.tokenizer.pad());
        let mut logits = Vec::new();
        let read = model.next_logits(&tokens, &packing, &mut cache, &mut logits);
        read.await?;
        Ok((cache, logits))
    }

    /// Drops the rows that have finished, where that is worth its cost.
    fn drop_finished(&mut self) {
        let alive: Vec<usize> = (0..self.rows.len())
            .filter(|&i| !self.rows[i].finished)
            .collect();
        if alive.is_empty() {
            self.rows.clear();
            self.cache = None;
        } else if let Some(cache) = &mut self.cache
            && alive.len() < self.rows.len()
            && (self.by_rows || 2 * alive.len() <= self.rows.len())
        {
            cache.keep(&alive);
            self.rows.retain(|row| !row.finished);
        }
    }
}
