//! A run's reinforcement learning as a picture: where the choice went, step by step, and how many answers were right.

use std::collections::BTreeMap;

use explang::Language;
use explang::run::{ChoiceCounts, Line, Stage};
use plotters::prelude::*;

use super::history::{StageHistory, choices};

/// Width and height in pixels.
const SIZE: (u32, u32) = (1000, 480);

/// Steps that a curve is averaged over, to both sides: single steps of a few hundred rollouts are noisy.
const HALF_WINDOW: usize = 2;

/// A figure that cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FigureError {
    /// There is nothing to show.
    #[error("the run has no steps of explore or exploit yet")]
    Nothing,
    /// The drawing library failed.
    #[error("the figure cannot be drawn: {0}")]
    Drawing(String),
}

/// The colour of a language, the same in every figure.
fn colour(language: Language) -> RGBColor {
    const COLOURS: [(u8, u8, u8); 17] = [
        (31, 119, 180),
        (214, 39, 40),
        (255, 187, 20),
        (148, 103, 189),
        (60, 60, 60),
        (227, 119, 194),
        (23, 150, 130),
        (44, 160, 44),
        (188, 189, 34),
        (255, 127, 14),
        (127, 96, 60),
        (150, 205, 240),
        (250, 160, 150),
        (170, 220, 140),
        (197, 176, 213),
        (199, 199, 199),
        (100, 140, 20),
    ];
    let (r, g, b) = COLOURS[language.index()];
    RGBColor(r, g, b)
}

/// The SVG of explore and exploit: selection rates as stacked areas, the share of right answers as a line on top.
///
/// # Errors
/// When neither stage has a step yet.
pub fn selection(stages: &[StageHistory]) -> Result<String, FigureError> {
    let of = |name: Stage| stages.iter().find(|stage| stage.stage == name);
    let steps: Vec<&Line> = [Stage::Explore, Stage::Exploit]
        .into_iter()
        .filter_map(of)
        .flat_map(|stage| &stage.steps)
        .collect();
    let boundary = of(Stage::Explore).map_or(0, |stage| stage.steps.len());
    let counts: Vec<ChoiceCounts> = steps.iter().filter_map(|step| choices(step)).collect();
    if counts.len() < 2 {
        return Err(FigureError::Nothing);
    }
    let rates: BTreeMap<Language, Vec<f64>> = Language::ALL
        .into_iter()
        .map(|language| {
            let rate = |c: &ChoiceCounts| {
                c.tagged.get(&language).copied().unwrap_or(0) as f64 / c.total().max(1) as f64
            };
            (
                language,
                smooth(&counts.iter().map(rate).collect::<Vec<_>>()),
            )
        })
        .filter(|(_, rates)| rates.iter().any(|&r| r > 0.0))
        .collect();
    let right: Vec<f64> = steps
        .iter()
        .filter_map(|step| step.metrics.accuracy())
        .collect();
    let mut svg = String::new();
    draw(&mut svg, &rates, &smooth(&right), boundary)
        .map_err(|e| FigureError::Drawing(e.to_string()))?;
    Ok(svg)
}

fn draw(
    svg: &mut String,
    rates: &BTreeMap<Language, Vec<f64>>,
    right: &[f64],
    boundary: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let steps = rates.values().map(Vec::len).max().unwrap_or(0);
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(14)
        .margin_right(150)
        .caption(
            "Thinking languages chosen during reinforcement learning",
            ("sans-serif", 20),
        )
        .x_label_area_size(44)
        .y_label_area_size(58)
        .build_cartesian_2d(0..steps - 1, 0.0..100.0)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("step (explore, then exploit)")
        .y_desc("share of rollouts, %")
        .label_style(("sans-serif", 14))
        .draw()?;
    let mut below = vec![0.0; steps];
    for (language, rates) in rates {
        let lower = below.clone();
        below
            .iter_mut()
            .zip(rates)
            .for_each(|(b, r)| *b += 100.0 * r);
        let top = below.iter().copied().enumerate();
        let bottom = lower.into_iter().enumerate().rev();
        let area = Polygon::new(
            top.chain(bottom).collect::<Vec<_>>(),
            colour(*language).filled(),
        );
        chart.draw_series([area])?;
    }
    let line: Vec<(usize, f64)> = right.iter().map(|r| 100.0 * r).enumerate().collect();
    chart.draw_series(LineSeries::new(line.clone(), WHITE.stroke_width(6)))?;
    chart.draw_series(LineSeries::new(line, BLACK.stroke_width(3)))?;
    if boundary > 0 && boundary < steps {
        let edge = vec![(boundary, 0.0), (boundary, 100.0)];
        chart.draw_series([PathElement::new(edge, BLACK.stroke_width(1))])?;
    }
    legend(&root, rates.keys().copied())?;
    root.present()?;
    Ok(())
}

/// Names beside the plot, the topmost area first.
fn legend<'a>(
    root: &DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
    languages: impl DoubleEndedIterator<Item = Language>,
) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
    let (x, mut y) = (SIZE.0 as i32 - 140, 52);
    let font = ("sans-serif", 14).into_font();
    root.draw(&PathElement::new(
        [(x, y), (x + 14, y)],
        BLACK.stroke_width(3),
    ))?;
    root.draw(&Text::new("right answers", (x + 22, y - 7), font.clone()))?;
    for language in languages.rev() {
        y += 20;
        let swatch = [(x, y - 7), (x + 14, y + 7)];
        root.draw(&Rectangle::new(swatch, colour(language).filled()))?;
        root.draw(&Text::new(
            language.english_name(),
            (x + 22, y - 7),
            font.clone(),
        ))?;
    }
    Ok(())
}

/// Moving average over the neighbours that there are.
fn smooth(values: &[f64]) -> Vec<f64> {
    (0..values.len())
        .map(|i| {
            let window =
                &values[i.saturating_sub(HALF_WINDOW)..values.len().min(i + HALF_WINDOW + 1)];
            window.iter().sum::<f64>() / window.len() as f64
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_shows_every_language_that_was_chosen_and_no_other() {
        let step = |en: usize, zh: usize| {
            let text = format!(
                r#"{{"stage": "explore", "step": 0, "reward": 1, "accuracy": 0.5,
                    "choices": {{"sums/steps": {{"tagged": {{"en": {en}, "zh": {zh}}}, "untagged": 0}}}}}}"#
            );
            Line::parse(&text).unwrap()
        };
        let stage = |stage, steps| StageHistory { stage, steps };
        let stages = [
            stage(Stage::Explore, vec![step(8, 0), step(6, 2)]),
            stage(Stage::Exploit, vec![step(4, 4), step(0, 8)]),
        ];
        let svg = selection(&stages).unwrap();
        assert!(svg.contains("English") && svg.contains("Chinese") && !svg.contains("Thai"));
        assert_eq!(selection(&stages[..0]), Err(FigureError::Nothing));
    }

    #[test]
    fn smoothing_keeps_the_mean_of_a_constant_and_the_length() {
        assert_eq!(smooth(&[2.0; 7]), [2.0; 7]);
        assert_eq!(smooth(&[0.0, 3.0]), [1.5, 1.5]);
    }
}
