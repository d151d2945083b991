//! Matrices, vectors, points.

use super::Judge;
use crate::mathematics::node::Node;
use crate::mathematics::value::{Point, exact};

/// Powers of matrices beyond this are not computed.
const MAX_POWER: i64 = 12;
/// Sides of matrices beyond this are not multiplied.
const MAX_SIDE: usize = 8;
/// A product of more parts is not computed: each further factor would copy them all.
const MAX_PARTS: usize = 4000;

type Rows = Vec<Vec<Node>>;

impl Judge<'_> {
    /// Compares points, vectors and matrices.
    pub(super) fn by_matrix(&self, a: &Node, b: &Node) -> bool {
        if let (Node::Tuple(open_a, x, close_a), Node::Tuple(open_b, y, close_b)) = (a, b) {
            let round =
                |open: &char, close: &char| matches!((open, close), ('(', ')') | ('⟨', '⟩'));
            let alike = (open_a, close_a) == (open_b, close_b)
                || round(open_a, close_a) && round(open_b, close_b);
            return alike && self.pairwise(x, y);
        }
        let (Some(x), Some(y)) = (self.rows(a), self.rows(b)) else {
            return false;
        };
        // A point may be written as a row or as a column; two matrices must have the same shape.
        let point = |node: &Node| !node.any(|part| matches!(part, Node::Matrix(_)));
        let line = |rows: &Rows| rows.len() == 1 || rows.iter().all(|row| row.len() == 1);
        if (point(a) || point(b)) && line(&x) && line(&y) {
            return self.pairwise(&x.concat(), &y.concat());
        }
        x.len() == y.len() && x.iter().zip(&y).all(|(x, y)| self.pairwise(x, y))
    }

    /// The entries of an expression of matrices; a point is one row.
    fn rows(&self, node: &Node) -> Option<Rows> {
        match node {
            Node::Matrix(rows) => Some(rows.clone()),
            Node::Tuple('(' | '⟨', items, ')' | '⟩') => Some(vec![items.clone()]),
            Node::Negative(inner) => Some(map(self.rows(inner)?, &Node::negative)),
            Node::Sum(terms) => {
                let mut terms = terms.iter();
                let mut sum = self.rows(terms.next()?)?;
                for term in terms {
                    let term = self.rows(term)?;
                    if term.len() != sum.len() || term.first()?.len() != sum.first()?.len() {
                        return None;
                    }
                    for (a, b) in sum.iter_mut().flatten().zip(term.into_iter().flatten()) {
                        let left = std::mem::replace(a, Node::integer(0));
                        *a = Node::Sum(vec![left, b]);
                    }
                }
                Some(sum)
            }
            Node::Product(factors) => {
                let mut scale = Vec::new();
                let mut product: Option<Rows> = None;
                for factor in factors {
                    if factor.is_scalar() {
                        scale.push(factor.clone());
                        continue;
                    }
                    let factor = self.rows(factor)?;
                    product = Some(match product {
                        None => factor,
                        Some(left) => self.times(&left, &factor)?,
                    });
                }
                let product = product?;
                if scale.is_empty() {
                    return Some(product);
                }
                let scale = Node::Product(scale);
                Some(map(product, &|entry| {
                    Node::Product(vec![scale.clone(), entry])
                }))
            }
            Node::Power(base, exponent) => {
                let base = self.rows(base)?;
                match &**exponent {
                    Node::Symbol(name) if name == "T" => {
                        let width = base.first()?.len();
                        let column = |i: usize| base.iter().map(|row| row[i].clone()).collect();
                        Some((0..width).map(column).collect())
                    }
                    Node::Number(value) if value.is_int() => {
                        let times_over = i64::try_from(value.numerator()).ok()?;
                        if !(1..=MAX_POWER).contains(&times_over) {
                            return None;
                        }
                        // Entries grow with every product, so only small matrices have powers here.
                        if base.len() > 2 && times_over > 3 {
                            return None;
                        }
                        let mut power = base.clone();
                        for _ in 1..times_over.min(4) {
                            power = self.times(&power, &base)?;
                        }
                        (times_over <= 4).then_some(power)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn times(&self, a: &Rows, b: &Rows) -> Option<Rows> {
        let inner = b.len();
        let width = b.first()?.len();
        if a.iter().any(|row| row.len() != inner)
            || a.len() > MAX_SIDE
            || inner > MAX_SIDE
            || width > MAX_SIDE
        {
            return None;
        }
        let parts = parts(a) * width + parts(b) * a.len() + a.len() * width * (1 + inner);
        if parts > MAX_PARTS {
            return None;
        }
        self.fuel.spend(u32::try_from(parts / 8).ok()?)?;
        let entry = |row: &Vec<Node>, column: usize| {
            let products = row
                .iter()
                .zip(b)
                .map(|(x, other)| Node::Product(vec![x.clone(), other[column].clone()]));
            let sum = Node::Sum(products.collect());
            // A number is one part, so that long products of numbers stay small.
            match exact(&sum, &Point::new(), self.fuel) {
                Ok(value) => Node::Number(value),
                Err(_) => sum,
            }
        };
        Some(
            a.iter()
                .map(|row| (0..width).map(|column| entry(row, column)).collect())
                .collect(),
        )
    }
}

/// How many parts all entries have.
fn parts(rows: &Rows) -> usize {
    let mut count = 0;
    for entry in rows.iter().flatten() {
        entry.each(&mut |_| count += 1);
    }
    count
}

fn map(rows: Rows, change: &dyn Fn(Node) -> Node) -> Rows {
    let row = |row: Vec<Node>| row.into_iter().map(change).collect();
    rows.into_iter().map(row).collect()
}
