//! Kullback-Leibler divergence between the softmaxes of two rows of logits: what distillation lowers.

use super::exp::exp;
use super::log_prob::{floored, row_log_sum_exp};
use super::simd::{fma, kernel, sum_lanes};

/// Which of the two distributions the mean of `ln p − ln q` is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `KL(teacher ‖ student)`: all that the teacher thinks possible counts.
    Forward,
    /// `KL(student ‖ teacher)`: what the student says counts.
    Reverse,
}

/// What the backward pass wants to find again: three vectors `[M]`.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The rows' divergence in nats: the result.
    pub kl: Vec<f32>,
    /// Log-sum-exp of the student's rows.
    pub student: Vec<f32>,
    /// Log-sum-exp of the teacher's rows.
    pub teacher: Vec<f32>,
}

/// The divergence `[M]` in nats between the rows of `student [M, V]` and `teacher [M, V]`, which are logits.
///
/// A log-probability below −200 counts as −200.
///
/// # Panics
/// When the two differ in size, or are not `rows` rows.
pub fn forward(student: &[f32], teacher: &[f32], rows: usize, direction: Direction) -> Saved {
    assert_eq!(student.len(), teacher.len(), "student and teacher");
    let mut saved = Saved {
        kl: vec![0.0; rows],
        student: row_log_sum_exp(student, rows),
        teacher: row_log_sum_exp(teacher, rows),
    };
    let vocab = student.len().checked_div(rows).unwrap_or(0);
    if vocab > 0 {
        let (p, ln_z_p, q, ln_z_q) = match direction {
            Direction::Forward => (teacher, &saved.teacher, student, &saved.student),
            Direction::Reverse => (student, &saved.student, teacher, &saved.teacher),
        };
        kl_rows(p, ln_z_p, q, ln_z_q, vocab, &mut saved.kl);
    }
    saved
}

/// The backward pass, given `g [M]`: writes the gradient `[M, V]` over the student's logits. The teacher is a constant.
///
/// With `p` the student's probabilities and `t` the teacher's: `g (p − t)` forward, and `g p (ln p − ln t − KL)` in reverse.
pub fn backward(
    student: &mut [f32],
    teacher: &[f32],
    saved: &Saved,
    direction: Direction,
    g: &[f32],
) {
    assert_eq!(student.len(), teacher.len(), "student and teacher");
    let vocab = student.len().checked_div(g.len()).unwrap_or(0);
    if vocab > 0 {
        backward_rows(
            student,
            teacher,
            vocab,
            (&saved.kl, &saved.student, &saved.teacher),
            direction,
            g,
        );
    }
}

kernel! {
    fn kl_rows<'a, FMA>(
        p: &'a [f32],
        ln_z_p: &'a [f32],
        q: &'a [f32],
        ln_z_q: &'a [f32],
        vocab: usize,
        out: &'a mut [f32],
    ) {
        let rows = p.chunks_exact(vocab).zip(q.chunks_exact(vocab));
        for (((p, q), (&ln_z_p, &ln_z_q)), out) in rows.zip(ln_z_p.iter().zip(ln_z_q)).zip(out) {
            let mut lanes = [0.0f32; 16];
            let term = |p: f32, q: f32, sum: f32| {
                let ln_p = floored(p, ln_z_p);
                fma::<FMA>(exp::<FMA>(ln_p), ln_p - floored(q, ln_z_q), sum)
            };
            let (p_chunks, p_rest) = p.as_chunks::<16>();
            let (q_chunks, q_rest) = q.as_chunks::<16>();
            for (p, q) in p_chunks.iter().zip(q_chunks) {
                for ((lane, &p), &q) in lanes.iter_mut().zip(p).zip(q) {
                    *lane = term(p, q, *lane);
                }
            }
            for ((lane, &p), &q) in lanes.iter_mut().zip(p_rest).zip(q_rest) {
                *lane = term(p, q, *lane);
            }
            *out = sum_lanes(lanes);
        }
    }
}

kernel! {
    fn backward_rows<'a, FMA>(
        student: &'a mut [f32],
        teacher: &'a [f32],
        vocab: usize,
        saved: (&'a [f32], &'a [f32], &'a [f32]),
        direction: Direction,
        g: &'a [f32],
    ) {
        let (kl, ln_z_p, ln_z_t) = saved;
        let rows = student.chunks_exact_mut(vocab).zip(teacher.chunks_exact(vocab));
        let saved = kl.iter().zip(ln_z_p).zip(ln_z_t);
        for (((p, t), ((&kl, &ln_z_p), &ln_z_t)), &g) in rows.zip(saved).zip(g) {
            match direction {
                Direction::Forward => {
                    for (p, &t) in p.iter_mut().zip(t) {
                        *p = g * (exp::<FMA>(*p - ln_z_p) - exp::<FMA>(t - ln_z_t));
                    }
                }
                Direction::Reverse => {
                    for (p, &t) in p.iter_mut().zip(t) {
                        let ln_p = floored(*p, ln_z_p);
                        *p = g * exp::<FMA>(ln_p) * (ln_p - floored(t, ln_z_t) - kl);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, double, gradient, inner, noise};
    use super::*;

    fn log_softmax(logits: &[f64]) -> Vec<f64> {
        let ln_z = logits.iter().map(|x| x.exp()).sum::<f64>().ln();
        logits.iter().map(|x| x - ln_z).collect()
    }

    fn reference(student: &[f64], teacher: &[f64], vocab: usize, direction: Direction) -> Vec<f64> {
        let rows = student.chunks(vocab).zip(teacher.chunks(vocab));
        rows.map(|(student, teacher)| {
            let (s, t) = (log_softmax(student), log_softmax(teacher));
            let (p, q) = match direction {
                Direction::Forward => (t, s),
                Direction::Reverse => (s, t),
            };
            p.iter().zip(&q).map(|(p, q)| p.exp() * (p - q)).sum()
        })
        .collect()
    }

    #[test]
    fn both_directions_agree_with_double_precision() {
        for (m, v) in [(1, 1), (3, 5), (2, 16), (4, 41), (0, 9)] {
            let [student, teacher]: [Vec<f32>; 2] =
                [1, 2].map(|seed| noise(m * v, seed).iter().map(|x| x * 4.0).collect());
            let g = noise(m, 3);
            for direction in [Direction::Forward, Direction::Reverse] {
                let saved = forward(&student, &teacher, m, direction);
                let teacher_64 = double(&teacher);
                let want = |s: &[f64]| reference(s, &teacher_64, v, direction);
                assert_close(&saved.kl, &want(&double(&student)), 2e-6);
                let mut found = student.clone();
                backward(&mut found, &teacher, &saved, direction, &g);
                let want = gradient(&student, |s| inner(&want(s), &g));
                assert_close(&found, &want, 1e-5);
            }
        }
    }

    #[test]
    fn the_same_rows_do_not_diverge_and_impossible_tokens_stay_numbers() {
        let row = [0.5, f32::NEG_INFINITY, -2.0, 3.0];
        let other = [f32::NEG_INFINITY, 1.0, -2.0, 3.0];
        for direction in [Direction::Forward, Direction::Reverse] {
            assert!(forward(&row, &row, 1, direction).kl[0].abs() < 1e-6);
            let saved = forward(&row, &other, 1, direction);
            assert!(saved.kl[0].is_finite() && saved.kl[0] > 1.0, "{saved:?}");
            let mut found = row;
            backward(&mut found, &other, &saved, direction, &[1.0]);
            assert!(found.iter().all(|x| x.is_finite()), "{found:?}");
        }
    }
}
