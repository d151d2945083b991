//! Numbers as people read them.

/// A probability in percent: two figures, and never a 0 or 100 that is none.
pub fn percent(probability: f64) -> String {
    let percent = 100.0 * probability;
    if probability <= 0.0 || probability >= 1.0 {
        format!("{percent:.0} %")
    } else if percent < 0.01 {
        "< 0.01 %".into()
    } else if percent < 1.0 {
        format!("{percent:.2} %")
    } else if percent < 99.95 {
        format!("{percent:.1} %")
    } else {
        "> 99.9 %".into()
    }
}

/// A probability in whole percent; one that is not 0 is not shown as 0.
pub fn whole_percent(probability: f64) -> String {
    if probability > 0.0 && probability < 0.01 {
        "< 1".into()
    } else {
        format!("{:.0}", 100.0 * probability)
    }
}

/// A number of bytes.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// A large count, in thousands or millions.
pub fn count(count: usize) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..1_000_000 => format!("{} thousand", count / 1_000),
        _ => format!("{:.2} million", count as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_probabilities_stay_honest() {
        for (probability, text) in [
            (0.0, "0 %"),
            (0.000_01, "< 0.01 %"),
            (0.003_2, "0.32 %"),
            (0.5, "50.0 %"),
            (0.999_9, "> 99.9 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(probability), text);
        }
        let whole = [0.0, 0.001, 0.01, 0.714, 1.0].map(whole_percent);
        assert_eq!(whole, ["0", "< 1", "1", "71", "100"]);
        assert_eq!(
            (bytes(2_104_816), count(1_049_000)),
            ("2.1 MB".into(), "1.05 million".into())
        );
    }
}
