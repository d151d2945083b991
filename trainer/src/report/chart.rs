//! Small charts in plain text.

/// Widest bar, in characters.
const WIDTH: usize = 40;
/// Eighths of a character, from nothing to a full block, growing to the right.
const BAR: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];
/// Heights of a line's points.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One line a row: label, percent, and a bar whose full width stands for `full` (a share of 1).
pub fn bars(rows: &[(String, f64)], full: f64) -> String {
    let label = rows
        .iter()
        .map(|(l, _)| l.chars().count())
        .max()
        .unwrap_or(0);
    let line = |(name, share): &(String, f64)| {
        let text = format!(
            "{name:label$} {:>5.1} % {}",
            100.0 * share,
            bar(share / full.max(f64::MIN_POSITIVE))
        );
        text.trim_end().to_owned()
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    lines.join("\n")
}

/// A bar for a share of the full width; what is more than full is full, what is no number is empty.
fn bar(share: f64) -> String {
    // A cast of a float saturates, and NaN becomes 0.
    let eighths = (share.clamp(0.0, 1.0) * (WIDTH * 8) as f64).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), BAR[eighths % 8])
}

/// A line of points for shares between 0 and `top`, averaged to at most `width` points.
pub fn line(shares: &[f64], top: f64, width: usize) -> String {
    averaged(shares, width)
        .into_iter()
        .map(|share| {
            let height = (share / top.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0) * 7.0;
            HEIGHTS[height.round() as usize]
        })
        .collect()
}

/// Means of `width` even parts of the values; the values themselves where there are no more.
fn averaged(values: &[f64], width: usize) -> Vec<f64> {
    let n = values.len();
    if n <= width.max(1) {
        return values.to_vec();
    }
    (0..width)
        .map(|i| {
            let part = &values[i * n / width..(i + 1) * n / width];
            part.iter().sum::<f64>() / part.len().max(1) as f64
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(bar(0.5).chars().count(), WIDTH / 2);
        assert_eq!(bar(2.0), "█".repeat(WIDTH));
        assert_eq!(bar(1.0 / 320.0), "▏");
        assert_eq!((bar(0.0), bar(f64::NAN)), (String::new(), String::new()));
    }

    #[test]
    fn rows_are_aligned_and_the_greatest_fills_the_width() {
        let rows = [("zh".to_owned(), 0.25), ("other".to_owned(), 0.0)];
        let text = bars(&rows, 0.25);
        let full = "█".repeat(WIDTH);
        assert_eq!(text, format!("zh     25.0 % {full}\nother   0.0 %"));
    }

    #[test]
    fn a_line_rises_with_its_values_and_keeps_its_width() {
        assert_eq!(line(&[0.0, 0.5, 1.0], 1.0, 10), "▁▅█");
        assert_eq!(line(&[0.0, 0.0, 1.0, 1.0], 1.0, 2), "▁█");
        let many: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
        assert_eq!(line(&many, 1.0, 40).chars().count(), 40);
        assert_eq!(line(&[], 1.0, 40), "");
    }
}
