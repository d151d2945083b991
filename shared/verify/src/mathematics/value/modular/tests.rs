use super::*;

fn of(text: &str, prime: u64) -> Option<u64> {
    let node = crate::mathematics::read::read(text).usual.unwrap();
    modular(&node, &Point::new(), prime, &Fuel::new())
}

#[test]
fn the_primes_are_prime() {
    // Fermat's test, for bases that no number of this size but a prime passes all of in its strong form; here a check of
    // the constants against slips.
    for prime in PRIMES {
        for base in [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37] {
            assert_eq!(power(base, prime - 1, prime), 1);
        }
    }
}

#[test]
fn large_numbers_are_told_apart() {
    for prime in PRIMES {
        assert_eq!(of("2^{100000}", prime), of("4^{50000}", prime));
        assert_ne!(of("2^{100000}", prime), of("2^{100000}-1", prime));
        assert_eq!(of("2^{-100000} \\cdot 2^{100001}", prime), Some(2));
        assert_eq!(of("1/3 + 2/3", prime), Some(1));
        assert_eq!(of("-1 + 1", prime), Some(0));
        assert_eq!(
            of("(10^{50})^{10^{50}}", prime),
            of("10^{50 \\cdot 10^{50}}", prime)
        );
        assert_eq!(of("1/(2-2)", prime), None);
        assert_eq!(of("\\sqrt{2}", prime), None);
    }
}

#[test]
fn a_small_field_is_as_in_whole_number_arithmetic() {
    for prime in [2_u64, 3, 5, 7] {
        let p = prime as i64;
        for a in -20..=20_i64 {
            assert_eq!(
                residue(&a.into(), prime),
                Some(a.rem_euclid(p) as u64),
                "{a} mod {p}"
            );
        }
        for a in 0..prime {
            let inverted = inverse(a, prime);
            assert_eq!(inverted.is_some(), a > 0);
            assert!(inverted.is_none_or(|b| a * b % prime == 1));
            for b in 0..prime {
                assert_eq!(add(a, b, prime), (a + b) % prime);
                assert_eq!(times(a, b, prime), a * b % prime);
                assert_eq!(power(a, b, prime), a.pow(b as u32) % prime);
            }
        }
    }
    let largest = PRIMES[2] - 1;
    assert_eq!(add(largest, largest, PRIMES[2]), largest - 1);
    assert_eq!(times(largest, largest, PRIMES[2]), 1);
    assert_eq!(rational(&RBig::from_parts(3.into(), 7_u8.into()), 7), None);
    assert_eq!(
        rational(&RBig::from_parts(3.into(), 2_u8.into()), 7),
        Some(5)
    );
}

#[test]
fn each_operation_has_its_value() {
    for (text, value) in [
        ("2+3\\cdot 4", Some(14)),
        ("-(2-5)", Some(3)),
        ("200\\%", Some(2)),
        ("0.5 + 1/2", Some(1)),
        ("0^3", Some(0)),
        ("0^0", None),
        ("0^{-1}", None),
        ("2^{-1}\\cdot 6", Some(3)),
        ("2^{1/2}", None),
        ("4!", Some(24)),
    ] {
        for prime in PRIMES {
            assert_eq!(of(text, prime), value, "{text}");
        }
    }
}
