//! The rotary frequencies: their base and their scaling, in the spellings of `transformers` 4 and 5.
//!
//! Version 4 writes `rope_theta` and `rope_scaling`, version 5 both in `rope_parameters`. Where a file has several, they count as in
//! `transformers` 5.23 (`RotaryEmbeddingConfigMixin`): `rope_scaling` in place of `rope_parameters`, and what is inside over what is beside.
//! Left out: every scaling but Llama 3's, rotation of a part of the head, and frequencies by kind of layer; all are refused by name.

use serde_json::{Map, Value, json};

use super::{ConfigError, ModelConfig};
use explang_named::brief;

/// The base where `config.json` does not say it.
pub(super) const DEFAULT_THETA: f32 = 10_000.0;

/// Llama 3's scaling: slow frequencies are divided by `factor`, fast ones stay, and those between go over from one to the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Llama3Scaling {
    /// Divides the slow frequencies; 1 or more.
    pub factor: f64,
    /// Wavelengths above `original_max_position_embeddings / low_freq_factor` positions are slow.
    pub low_freq_factor: f64,
    /// Wavelengths below `original_max_position_embeddings / high_freq_factor` positions are fast.
    pub high_freq_factor: f64,
    /// The longest sequence before the scaling.
    pub original_max_position_embeddings: usize,
}

/// What a `config.json` says of the rotary embedding.
pub(super) struct Rope {
    pub(super) theta: f32,
    pub(super) scaling: Option<Llama3Scaling>,
}

impl Rope {
    /// Reads the keys of `root`.
    pub(super) fn read(
        root: &Map<String, Value>,
        max_positions: usize,
    ) -> Result<Self, ConfigError> {
        let section = |key: &'static str| match root.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(section)) => Ok(Some(section).filter(|s| !s.is_empty())),
            Some(_) => Err(ConfigError::Key(key, "an object")),
        };
        let inside = section("rope_scaling")?.or(section("rope_parameters")?);
        let get = |key: &str| {
            let inside = inside.and_then(|section| section.get(key));
            let beside = || root.get(key);
            inside
                .filter(|v| !v.is_null())
                .or_else(beside)
                .filter(|v| !v.is_null())
        };
        let theta = match get("rope_theta") {
            None => DEFAULT_THETA,
            Some(value) => value
                .as_f64()
                .ok_or(ConfigError::Key("rope_theta", "a number"))?
                as f32,
        };
        if get("partial_rotary_factor").is_some_and(|part| part.as_f64() != Some(1.0)) {
            return Err(ConfigError::Unsupported(
                "partial_rotary_factor is not supported".into(),
            ));
        }
        let Some(inside) = inside else {
            return Ok(Rope {
                theta,
                scaling: None,
            });
        };
        if let Some((layers, _)) = inside.iter().find(|(_, value)| value.is_object()) {
            return Err(ConfigError::Unsupported(format!(
                "rotary frequencies by kind of layer (`{}`) are not supported",
                brief(layers, 40)
            )));
        }
        let kind = inside.get("rope_type").or(inside.get("type"));
        let scaling = match kind.map(|kind| kind.as_str()) {
            None | Some(Some("default")) => None,
            Some(Some("llama3")) => Some(Llama3Scaling::read(root, inside, max_positions)?),
            Some(Some(other)) => {
                return Err(ConfigError::Unsupported(format!(
                    "rope_type `{}` is not supported; it can be default or llama3",
                    brief(other, 40)
                )));
            }
            Some(None) => return Err(ConfigError::Key("rope_type", "a text")),
        };
        Ok(Rope { theta, scaling })
    }
}

impl Llama3Scaling {
    fn read(
        root: &Map<String, Value>,
        inside: &Map<String, Value>,
        max_positions: usize,
    ) -> Result<Self, ConfigError> {
        let number = |key: &'static str| {
            let value = inside.get(key).and_then(Value::as_f64);
            value.ok_or(ConfigError::Key(key, "a number"))
        };
        const ORIGINAL: &str = "original_max_position_embeddings";
        // The one key of which the value beside counts more.
        let original = [root, inside].map(|keys| keys.get(ORIGINAL).filter(|v| !v.is_null()));
        let original = original.into_iter().flatten().next();
        let original = original.map(|v| v.as_u64().and_then(|n| usize::try_from(n).ok()));
        Ok(Llama3Scaling {
            factor: number("factor")?,
            low_freq_factor: number("low_freq_factor")?,
            high_freq_factor: number("high_freq_factor")?,
            original_max_position_embeddings: original
                .unwrap_or(Some(max_positions))
                .ok_or(ConfigError::Key(ORIGINAL, "a whole number"))?,
        })
    }

    /// The section `rope_scaling` of version 4.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "rope_type": "llama3",
            "factor": self.factor,
            "low_freq_factor": self.low_freq_factor,
            "high_freq_factor": self.high_freq_factor,
            "original_max_position_embeddings": self.original_max_position_embeddings,
        })
    }

    /// Refuses numbers that give no frequencies.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let (low, high) = (self.low_freq_factor, self.high_freq_factor);
        let most = f64::from(f32::MAX);
        if (1.0..=most).contains(&self.factor)
            && 0.0 < low
            && low < high
            && high <= most
            && (1..=1 << 20).contains(&self.original_max_position_embeddings)
        {
            return Ok(());
        }
        Err(ConfigError::Unsupported(format!(
            "the llama3 rope_type needs factor ≥ 1, 0 < low_freq_factor < high_freq_factor and original_max_position_embeddings from 1 to \
             {}, not {}, {low}, {high} and {}",
            1 << 20,
            self.factor,
            self.original_max_position_embeddings
        )))
    }

    /// The scaled frequency; each step is rounded to single precision in the order of `transformers`.
    fn scaled(&self, frequency: f32) -> f32 {
        let (factor, context) = (
            self.factor as f32,
            self.original_max_position_embeddings as f64,
        );
        let wavelength = (1.0 / frequency) * std::f64::consts::TAU as f32;
        let slow = wavelength > (context / self.low_freq_factor) as f32;
        let fast = wavelength < (context / self.high_freq_factor) as f32;
        if slow {
            return frequency / factor;
        }
        if fast {
            return frequency;
        }
        let smooth = ((1.0 / wavelength) * context as f32 - self.low_freq_factor as f32)
            / (self.high_freq_factor - self.low_freq_factor) as f32;
        (1.0 - smooth) * frequency / factor + smooth * frequency
    }
}

impl ModelConfig {
    /// The angles in radians by which one position turns the pairs of a head, `[head_dim / 2]`.
    ///
    /// Rounded to single precision as `transformers` rounds them.
    pub fn rope_frequencies(&self) -> Vec<f32> {
        let plain = |i: usize| {
            let exponent = (2 * i) as f32 / self.head_dim as f32;
            1.0 / f64::from(self.rope_theta).powf(f64::from(exponent)) as f32
        };
        let scaled = |frequency: f32| match &self.rope_scaling {
            Some(scaling) => scaling.scaled(frequency),
            None => frequency,
        };
        (0..self.head_dim / 2).map(plain).map(scaled).collect()
    }
}
