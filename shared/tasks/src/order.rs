//! Orders of a list: each of its things once an epoch, in another order every epoch.
//!
//! An order is a permutation by counter, so nothing is stored and any place of it can be asked for: a Feistel network on the smallest
//! even number of bits that the list fits (Luby and Rackoff 1988), walked until it falls into the list (Black and Rogaway 2002).

use crate::random;

/// Rounds of the network. Four make it look random to whoever sees a few places; lists are short, so a few more.
const ROUNDS: u64 = 6;

/// Which of `count` things comes at place `index` of the order that `seed` names. Places `0..count` have each thing once, places
/// `count..2 * count` again, in another order, and so on; 0 where `count` is 0.
pub fn shuffled(seed: u64, index: u64, count: usize) -> usize {
    let count = count as u64;
    if count < 2 {
        return 0;
    }
    let key = random::derive(seed, &[index / count]);
    let half = (u64::BITS - (count - 1).leading_zeros()).div_ceil(2);
    let mask = (1 << half) - 1;
    let mut thing = index % count;
    loop {
        let (mut left, mut right) = (thing >> half, thing & mask);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ (random::derive(key, &[round, right]) & mask));
        }
        thing = left << half | right;
        // The network permutes fewer than four times as many numbers, so the walk is short.
        if thing < count {
            return thing as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn epoch(seed: u64, epoch: u64, count: usize) -> Vec<usize> {
        let first = epoch * count as u64;
        let places = first..first + count as u64;
        places.map(|index| shuffled(seed, index, count)).collect()
    }

    proptest! {
        #[test]
        fn an_epoch_has_each_thing_once(seed: u64, number in 0..1_000_000_u64, count in 1..2_000_usize) {
            let order = epoch(seed, number, count);
            prop_assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), (0..count).collect());
            prop_assert_eq!(&order, &epoch(seed, number, count));
            // Of 40 things two orders are never the same by chance.
            if count >= 40 {
                prop_assert_ne!(&order, &epoch(seed, number + 1, count));
                prop_assert_ne!(&order, &epoch(seed ^ 1, number, count));
            }
        }
    }

    #[test]
    fn every_thing_comes_at_every_place_and_every_order_of_few_comes() {
        let orders: BTreeSet<_> = (0..200).map(|seed| epoch(seed, 0, 4)).collect();
        assert_eq!(orders.len(), 24);
        let mut counts = [[0_u32; 10]; 10];
        for seed in 0..10_000 {
            for (place, thing) in epoch(seed, 3, 10).into_iter().enumerate() {
                counts[place][thing] += 1;
            }
        }
        // Five standard deviations of a binomial(10000, 1/10) are 150.
        let even = counts.iter().flatten().all(|n| n.abs_diff(1_000) < 150);
        assert!(even, "{counts:?}");
        assert_eq!(shuffled(1, 7, 0), 0);
    }
}
