//! AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101), with its state under the parameters' names.
//!
//! The state is ours rather than burn-optim's so that it is saved under the names of the weights: a resumed run finds it again
//! whatever ids its parameters were given.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use explang_run::config::AdamWConfig;

use super::gradient::{Flat, learns};
use crate::model::checkpoint::{self, NamedTensors, WeightsError};
use crate::model::{Decoder, Precision, Weights, device, kernels};

/// The optimizer and its state.
#[derive(Debug, Clone)]
pub struct AdamW {
    config: AdamWConfig,
    /// Steps taken.
    steps: u64,
    /// First and second moment of each parameter that learns, flattened, in the order of the module.
    moments: Vec<[Tensor<1>; 2]>,
}

impl AdamW {
    /// A fresh optimizer: all moments zero.
    pub fn new(config: AdamWConfig, model: &Decoder) -> Self {
        let device = model.device().inner();
        let moments = names(model)
            .into_iter()
            .map(|(_, size)| {
                [
                    Tensor::zeros([size], &device),
                    Tensor::zeros([size], &device),
                ]
            })
            .collect();
        AdamW {
            config,
            steps: 0,
            moments,
        }
    }

    /// One step of the given learning rate. `gradients` are in the module's order.
    pub fn step(&mut self, model: Decoder, gradients: Flat, learning_rate: f64) -> Decoder {
        self.steps += 1;
        let mut mapper = Step {
            config: self.config,
            steps: self.steps,
            learning_rate,
            rest: gradients.into_iter().zip(&mut self.moments),
        };
        model.map(&mut mapper)
    }

    /// The state as safetensors: `exp_avg.<name>`, `exp_avg_sq.<name>` and `step`.
    ///
    /// # Errors
    /// When a moment is not finite.
    pub fn to_safetensors(&self, model: &Decoder) -> Result<Vec<u8>, WeightsError> {
        let mut tensors = BTreeMap::new();
        for ((name, _), moments) in names(model).into_iter().zip(&self.moments) {
            for (kind, moment) in KINDS.iter().zip(moments) {
                tensors.insert(format!("{kind}.{name}"), moment.to_data());
            }
        }
        // Two halves, each exact in f32.
        let step = vec![(self.steps >> 20) as f32, (self.steps & 0xF_FFFF) as f32];
        tensors.insert("step".to_owned(), TensorData::new(step, [2]));
        checkpoint::write(tensors, Precision::F32)
    }

    /// Reads back what [`AdamW::to_safetensors`] wrote for a model of the same shape.
    ///
    /// # Errors
    /// When the file is damaged or belongs to another model.
    pub fn from_safetensors(
        config: AdamWConfig,
        model: &Decoder,
        bytes: &[u8],
    ) -> Result<Self, WeightsError> {
        let mut file = NamedTensors::read(bytes)?;
        let device = model.device().inner();
        let mut moments = Vec::new();
        for (name, size) in names(model) {
            let mut read = |kind: &str| -> Result<Tensor<1>, WeightsError> {
                let values = file.get(&format!("{kind}.{name}"), &[size])?;
                Ok(Tensor::from_data(values, &device))
            };
            moments.push([read(KINDS[0])?, read(KINDS[1])?]);
        }
        let step: Vec<f32> = file.get("step", &[2])?.iter::<f32>().collect();
        let steps = ((step[0] as u64) << 20) | step[1] as u64;
        Ok(AdamW {
            config,
            steps,
            moments,
        })
    }
}

/// PyTorch's names for the two moments.
const KINDS: [&str; 2] = ["exp_avg", "exp_avg_sq"];

/// Name and size of every parameter that learns, in the module's order.
fn names(model: &Decoder) -> Vec<(String, usize)> {
    #[derive(Default)]
    struct Visit {
        path: Vec<String>,
        names: Vec<(String, usize)>,
    }
    impl ModuleVisitor for Visit {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let value = param.val();
            if learns(&value) {
                let size = value.shape().num_elements();
                self.names.push((self.path.join("."), size));
            }
        }
    }
    let mut visit = Visit::default();
    model.visit(&mut visit);
    visit.names
}

/// Applies the step to one parameter after the other.
struct Step<I> {
    config: AdamWConfig,
    steps: u64,
    learning_rate: f64,
    rest: I,
}

impl<'a, I: Iterator<Item = (Tensor<1>, &'a mut [Tensor<1>; 2])>> ModuleMapper for Step<I> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !learns(&param.val()) {
            return param;
        }
        let Some((gradient, moments)) = self.rest.next() else {
            return param;
        };
        // Gains are not decayed: their neutral value is one, not zero.
        let decay = if D == 1 {
            0.0
        } else {
            self.config.weight_decay
        };
        param.map(|value| {
            let (device, dims) = (value.device(), value.dims());
            let size = value.shape().num_elements();
            let flat = value.inner().reshape([size]);
            let moved = if device::is_cpu(&flat.device()) {
                self.fused(flat, gradient, moments, decay)
            } else {
                self.composed(flat, gradient, moments, decay)
            };
            let moved = Tensor::<D>::from_inner(moved.reshape(dims));
            moved.to_device(&device).require_grad()
        })
    }
}

impl<I> Step<I> {
    /// One pass over memory on the CPU.
    fn fused(
        &self,
        value: Tensor<1>,
        gradient: Tensor<1>,
        moments: &mut [Tensor<1>; 2],
        decay: f64,
    ) -> Tensor<1> {
        let host = |t: Tensor<1>| -> Vec<f32> {
            let data = t.into_data();
            data.try_into_vec().expect("what learns is in f32")
        };
        let device = value.device();
        let size = value.dims()[0];
        let empty = || Tensor::zeros([0], &device);
        let [mut m, mut v] = std::mem::replace(moments, [empty(), empty()]).map(host);
        let mut values = host(value);
        let constants = kernels::adamw::AdamW {
            learning_rate: self.learning_rate as f32,
            beta1: self.config.beta1 as f32,
            beta2: self.config.beta2 as f32,
            eps: self.config.epsilon as f32,
            weight_decay: decay as f32,
        };
        let t = u32::try_from(self.steps).unwrap_or(u32::MAX);
        constants.step(t, &mut values, &host(gradient), &mut m, &mut v);
        let tensor = |x: Vec<f32>| Tensor::from_data(TensorData::new(x, [size]), &device);
        *moments = [tensor(m), tensor(v)];
        tensor(values)
    }

    /// The same in tensor operations.
    fn composed(
        &self,
        value: Tensor<1>,
        gradient: Tensor<1>,
        moments: &mut [Tensor<1>; 2],
        decay: f64,
    ) -> Tensor<1> {
        let AdamWConfig {
            beta1,
            beta2,
            epsilon,
            ..
        } = self.config;
        let [m, v] = moments.clone();
        let m = m * beta1 + gradient.clone() * (1.0 - beta1);
        let v = v * beta2 + gradient.powi_scalar(2) * (1.0 - beta2);
        *moments = [m.clone(), v.clone()];
        let steps = self.steps as i32;
        let (c1, c2) = (1.0 - beta1.powi(steps), 1.0 - beta2.powi(steps));
        let step = (m / c1) / ((v / c2).sqrt() + epsilon);
        value * (1.0 - self.learning_rate * decay) - step * self.learning_rate
    }
}
