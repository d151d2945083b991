//! A bound of the work that one comparison may do.

use std::cell::Cell;

/// What one comparison may spend. A unit is about a microsecond at most. It stands in for a clock, which the
/// browser's WebAssembly does not have and which would make a reward depend on how busy a machine is.
const BUDGET: u32 = 20_000;

/// What is left to spend.
#[derive(Debug)]
pub(crate) struct Fuel(Cell<u32>);

impl Fuel {
    pub(crate) fn new() -> Self {
        Fuel(Cell::new(BUDGET))
    }

    /// Spends; none where it is used up.
    pub(crate) fn spend(&self, cost: u32) -> Option<()> {
        let left = self.0.get().checked_sub(cost);
        self.0.set(left.unwrap_or(0));
        left.map(|_| ())
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.get() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_can_be_spent_and_no_more() {
        let fuel = Fuel::new();
        assert!(!fuel.is_empty());
        assert_eq!(fuel.spend(BUDGET - 1), Some(()));
        assert!(!fuel.is_empty());
        assert_eq!(fuel.spend(1), Some(()));
        assert!(fuel.is_empty());
        assert_eq!(fuel.spend(0), Some(()));
        assert_eq!(fuel.spend(1), None);
        // What was too dear leaves nothing for the next.
        let fuel = Fuel::new();
        assert_eq!(fuel.spend(BUDGET + 1), None);
        assert!(fuel.is_empty());
    }
}
