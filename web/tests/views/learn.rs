//! What the view of a training draws, and what it has the learner do. The learner's part is told here, by the protocol.

mod desk;
mod orders;
mod shown;
