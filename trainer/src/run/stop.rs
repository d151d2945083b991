//! How a person, or the system, asks the program to stop.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// A request to stop, which may come at any moment. Clones share it; the default one never comes.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    /// Number of the signal that came; 0 before one has.
    signal: Arc<AtomicUsize>,
}

/// The work was broken off because it was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("asked to stop")]
pub struct Stopped {
    signal: u8,
}

impl Stopped {
    /// The exit code that says so by custom: 128 more than the signal's number.
    pub const fn exit_code(self) -> u8 {
        128 + self.signal
    }
}

impl Stop {
    /// A request that SIGINT (Ctrl-C) and SIGTERM make from now on, instead of ending the process. A SIGINT after either of them
    /// ends it at once, with the exit code 130.
    ///
    /// From now on a file that outgrows the limit on files is an error like a full disk, where it would have been the end.
    ///
    /// # Errors
    /// When the system gives no signals.
    pub fn on_signals() -> io::Result<Self> {
        let stop = Stop::default();
        let asked = Arc::new(AtomicBool::new(false));
        // Actions run in the order in which they were registered: this one must find what the signal before it has left.
        let at_once = i32::from(Stopped { signal: 2 }.exit_code());
        flag::register_conditional_shutdown(SIGINT, at_once, Arc::clone(&asked))?;
        for (signal, number) in [(SIGINT, 2), (SIGTERM, 15)] {
            flag::register_usize(signal, Arc::clone(&stop.signal), number)?;
            flag::register(signal, Arc::clone(&asked))?;
        }
        #[cfg(unix)]
        flag::register(
            signal_hook::consts::SIGXFSZ,
            Arc::new(AtomicBool::new(false)),
        )?;
        Ok(stop)
    }

    /// True when the request has come.
    pub fn is_asked(&self) -> bool {
        self.check().is_err()
    }

    /// Does nothing until the request has come.
    ///
    /// # Errors
    /// [`Stopped`] when it has.
    pub fn check(&self) -> Result<(), Stopped> {
        match u8::try_from(self.signal.load(Ordering::SeqCst)) {
            Ok(signal @ 1..) => Err(Stopped { signal }),
            _ => Ok(()),
        }
    }
}

/// Why an error is no failure: the work was asked to stop.
pub fn stopped(error: &anyhow::Error) -> Option<Stopped> {
    error
        .chain()
        .find_map(|cause| cause.downcast_ref::<Stopped>().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_seen_by_every_clone_and_through_every_error() {
        let stop = Stop::default();
        let clone = stop.clone();
        assert_eq!((clone.check(), clone.is_asked()), (Ok(()), false));
        for (signal, code) in [(2, 130), (15, 143)] {
            stop.signal.store(signal, Ordering::SeqCst);
            let why = clone.check().unwrap_err();
            assert_eq!((why.exit_code(), clone.is_asked()), (code, true));
            let error = anyhow::Error::new(why).context("after step 3");
            assert_eq!(stopped(&error), Some(why));
        }
        assert_eq!(stopped(&anyhow::anyhow!("the disk is full")), None);
    }
}
