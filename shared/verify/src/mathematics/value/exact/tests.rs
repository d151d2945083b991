//! Exact values beside whole-number arithmetic, and the bounds of their size.

use super::*;

fn of(text: &str) -> Result<String, Fault> {
    let node = crate::mathematics::read::read(text).usual.unwrap();
    exact(&node, &Point::new(), &Fuel::new()).map(|value| value.to_string())
}

#[test]
fn arithmetic_is_exact() {
    for (text, value) in [
        ("1/3+1/6", "1/2"),
        ("2^{10}", "1024"),
        ("2^{-3}", "1/8"),
        ("(-8)^{1/3}", "-2"),
        ("(4/9)^{3/2}", "8/27"),
        ("\\sqrt{144}", "12"),
        ("\\sqrt[3]{-27}", "-3"),
        ("5!", "120"),
        ("\\binom{10}{3}", "120"),
        ("|{-7/2}|", "7/2"),
        ("\\lfloor -7/2 \\rfloor", "-4"),
        ("\\lceil 7/2 \\rceil", "4"),
        ("\\gcd(12, 18)", "6"),
        ("\\operatorname{lcm}(4, 6)", "12"),
        ("\\max(1, 5/2, 2)", "5/2"),
        ("12.5\\%", "1/8"),
        ("(-1)^{10^{30}+1}", "-1"),
    ] {
        assert_eq!(of(text), Ok(value.to_owned()), "{text}");
    }
}

#[test]
fn what_has_no_exact_value_says_why() {
    for (text, fault) in [
        ("1/0", Fault::Undefined),
        ("0^0", Fault::Undefined),
        ("0^{-1}", Fault::Undefined),
        ("(-1)!", Fault::Undefined),
        ("\\sqrt{2}", Fault::Irrational),
        ("\\sqrt{-4}", Fault::Irrational),
        ("\\pi", Fault::Irrational),
        ("2^{100000}", Fault::Large),
        ("10^{10^{100}}", Fault::Large),
        ("(10^9)!", Fault::Large),
    ] {
        assert_eq!(of(text), Err(fault), "{text}");
    }
}

#[test]
fn an_unknown_function_is_no_factor() {
    assert_ne!(of("f(2)"), of("f(1)+f(1)"));
    assert_eq!(of("f(2)"), of("f(4/2)"));
    assert_ne!(of("f(2)"), of("g(2)"));
}

#[test]
fn small_numbers_are_as_in_whole_number_arithmetic() {
    let fuel = Fuel::new();
    let number = |n: u64| RBig::from(n);
    for a in 0..=8_u64 {
        for b in 0..=8_u64 {
            let call = |function| call(function, &[number(a), number(b)], &fuel);
            let divisors = (1..=8).filter(|d| a % d == 0 && b % d == 0);
            let divisor = if a + b == 0 {
                0
            } else {
                divisors.max().unwrap_or(0)
            };
            assert_eq!(call(Function::Gcd), Ok(number(divisor)), "{a} {b}");
            let multiple = if a * b == 0 { 0 } else { a * b / divisor };
            assert_eq!(call(Function::Lcm), Ok(number(multiple)), "{a} {b}");
            // Pascal's rule, from the rows above.
            let mut row = vec![1];
            for _ in 0..a {
                let sums: Vec<u64> = row.windows(2).map(|pair| pair[0] + pair[1]).collect();
                row = [vec![1], sums, vec![1]].concat();
            }
            let chosen = row.get(b as usize).copied().unwrap_or(0);
            assert_eq!(call(Function::Binomial), Ok(number(chosen)), "{a} {b}");
            assert_eq!(call(Function::Min), Ok(number(a.min(b))));
            assert_eq!(call(Function::Max), Ok(number(a.max(b))));
        }
        assert_eq!(falling(a, a, 1, &fuel), Ok(number((1..=a).product())));
    }
    for base in -3..=3_i64 {
        for exponent in -4..=4_i64 {
            let times = exponent.unsigned_abs() as u32;
            let size = RBig::from(base.pow(times));
            let expected = match (base, exponent) {
                (0, ..=0) => Err(Fault::Undefined),
                (_, ..=-1) => Ok(RBig::ONE / size),
                _ => Ok(size),
            };
            let found = power(RBig::from(base), &RBig::from(exponent), &fuel);
            assert_eq!(found, expected, "{base}^{exponent}");
        }
    }
}

#[test]
fn sizes_are_bounded_where_they_are_said_to_be() {
    let fuel = Fuel::new();
    assert!(falling(1500, 1500, 1, &fuel).is_ok());
    assert_eq!(falling(1501, 1501, 1, &fuel), Err(Fault::Large));
    // 256 factors of 64 bits fill the bound exactly.
    assert!(falling(u64::MAX, 256, 1, &fuel).is_ok());
    assert_eq!(falling(u64::MAX, 257, 1, &fuel), Err(Fault::Large));
    assert_eq!(room(MAX_BITS, &fuel), Ok(()));
    assert_eq!(room(MAX_BITS + 1, &fuel), Err(Fault::Large));
    // The lengths of two numbers add up.
    assert_eq!(of("\\gcd(2^{200}, 2^{150}) - 2^{150}"), Ok("0".to_owned()));
    assert_eq!(
        of("\\operatorname{lcm}(2^{200}, 2^{150}) - 2^{200}"),
        Ok("0".to_owned())
    );
    for (text, fits) in [
        ("2^{8000}\\cdot 2^{8000}", true),
        ("2^{8000}\\cdot 2^{9000}", false),
        ("2^{8000} + 2^{8000}", true),
        ("2^{8000} + 2^{9000}", false),
        ("2^{8000} - 3^{-2}", true),
        ("\\gcd(2^{8000}, 2^{8000})", true),
        ("\\gcd(2^{8000}, 2^{9000})", false),
        ("\\operatorname{lcm}(2^{8000}, 2^{8000})", true),
        ("\\operatorname{lcm}(2^{8000}, 2^{9000})", false),
        ("2^{8192}", true),
        ("2^{8193}", false),
        ("f(2^{4000})", true),
        ("f(2^{5000})", false),
    ] {
        let expected = (!fits).then_some(Fault::Large);
        assert_eq!(of(text).err(), expected, "{text}");
    }
    assert_eq!(bits(&RBig::from_parts(1.into(), 1024_u32.into())), 11);
    assert_eq!(bits(&RBig::from(1024)), 11);
}

#[test]
fn roots_are_exact_or_none() {
    let fuel = Fuel::new();
    for degree in [1_usize, 2, 3, 63, 64] {
        let power = RBig::from(3).pow(degree as isize);
        assert_eq!(root(&power, &degree.into(), &fuel), Ok(RBig::from(3)));
        assert_eq!(
            root(&(RBig::ONE / &power), &degree.into(), &fuel),
            Ok(RBig::ONE / RBig::from(3))
        );
        let negative = root(&-&power, &degree.into(), &fuel);
        let expected = if degree % 2 == 1 {
            Ok(RBig::from(-3))
        } else {
            Err(Fault::Irrational)
        };
        assert_eq!(negative, expected);
        if degree > 1 {
            // Only above, or only below, the line a power.
            for value in [&power / RBig::from(2), RBig::from(2) / &power] {
                assert_eq!(root(&value, &degree.into(), &fuel), Err(Fault::Irrational));
            }
        }
    }
    for degree in [0_usize, 65] {
        assert_eq!(
            root(&RBig::ONE, &degree.into(), &fuel),
            Err(Fault::Irrational)
        );
    }
}
