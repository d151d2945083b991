//! A run that is killed at any moment goes on and ends in the same bytes as one that is not.
//!
//! `bash tests/long kills 100` kills a hundred times and reports where it met the runs; `bash tests/long kills 100 7` chooses other moments,
//! by the seed 7.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use explang::random;

use crate::program::succeeds;
use crate::runs::{assert_same, lines, smoke, stages, start, wait_until};

/// Kills where the environment asks for no other number: one at each kind of moment.
const KILLS: usize = 22;
/// From so many kills on every stage is met.
const EVERYWHERE: usize = 100;
/// Kills that one run goes through.
const A_RUN: usize = 11;
/// The names that files and folders bear while they are written (see `run::atomic`).
const UNFINISHED: [&str; 4] = [".tmp-", ".new-", ".old-", ".trash-"];

/// A kind of moment; `stage` counts from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The process has just been started for the first time.
    Birth,
    /// Some time after a step of the stage.
    Step { stage: usize },
    /// While a checkpoint of the stage, or what it is resumed from, is written.
    Checkpoint { stage: usize },
    /// While the stage's model is evaluated.
    Evaluation { stage: usize },
    /// While the summary is written.
    Summary,
}

/// When to kill.
#[derive(Debug, Clone, Copy)]
struct Moment {
    kind: Kind,
    /// How far through the stage, or through the wait that follows: each from 0 to 1.
    uniform: [f64; 2],
}

impl Moment {
    /// Its place in a run.
    fn place(&self) -> (usize, usize, f64) {
        match self.kind {
            Kind::Birth => (0, 0, 0.0),
            Kind::Step { stage } | Kind::Checkpoint { stage } => (1 + stage, 0, self.uniform[0]),
            Kind::Evaluation { stage } => (1 + stage, 1, self.uniform[0]),
            Kind::Summary => (9, 0, 0.0),
        }
    }
}

/// All kinds of moments. What the control has explored is not evaluated.
fn kinds() -> Vec<Kind> {
    let mut kinds = vec![Kind::Birth, Kind::Summary];
    for (stage, (name, _)) in stages().into_iter().enumerate() {
        kinds.extend([Kind::Step { stage }, Kind::Checkpoint { stage }]);
        if name != "control-explore" {
            kinds.push(Kind::Evaluation { stage });
        }
    }
    kinds
}

/// True when something in the folder is only half written.
fn unfinished(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        UNFINISHED.iter().any(|prefix| name.starts_with(prefix))
            || (entry.file_type().is_ok_and(|kind| kind.is_dir()) && unfinished(&entry.path()))
    })
}

/// Where a run was when it was killed.
fn met(folder: &Path) -> String {
    if !folder.join("tokenizer.json").exists() {
        return "birth".to_owned();
    }
    for (stage, _) in stages() {
        let of_stage = folder.join("stages").join(stage);
        if !["checkpoint", ".new-checkpoint"]
            .iter()
            .any(|name| of_stage.join(name).exists())
        {
            return stage.to_owned();
        }
        if stage != "control-explore" && !of_stage.join("evaluation.jsonl").exists() {
            return format!("{stage}: evaluation");
        }
    }
    "summary".to_owned()
}

/// Waits for the moment, and kills the process. Where that met it; none where it had ended before.
fn kill(folder: &Path, moment: &Moment) -> Option<(String, bool)> {
    let mut child = start(smoke(folder, folder.join("run.json").exists()));
    let [target, wait] = moment.uniform;
    let stages = stages();
    let reached = |stage: usize| {
        let before: usize = stages[..stage].iter().map(|(_, steps)| steps).sum();
        lines(folder) > before + (target * stages[stage].1 as f64) as usize
    };
    let folder_of = |stage: usize| folder.join("stages").join(stages[stage].0);
    let (slow, fast) = (Duration::from_millis(2), Duration::ZERO);
    let pause = match moment.kind {
        Kind::Birth => 0.05,
        Kind::Step { stage } => {
            wait_until(&mut child, slow, || reached(stage));
            0.1
        }
        Kind::Checkpoint { stage } => {
            let of_stage = folder_of(stage);
            let begun = || of_stage.join("checkpoint").exists() || reached(stage);
            wait_until(&mut child, slow, begun);
            // One that is written when the stage begins is met at a target of nearly 0, and the last one near 1.
            let written = || unfinished(&of_stage) || of_stage.join("checkpoint").exists();
            wait_until(&mut child, fast, written);
            0.004
        }
        Kind::Evaluation { stage } => {
            let of_stage = folder_of(stage);
            wait_until(&mut child, slow, || of_stage.join("checkpoint").exists());
            // Half of them meet the file, the others the work before it.
            if target < 0.5 {
                let written =
                    || unfinished(&of_stage) || of_stage.join("evaluation.jsonl").exists();
                wait_until(&mut child, fast, written);
                0.0005
            } else {
                0.2
            }
        }
        Kind::Summary => {
            let file = |name: &str| folder.join(name).exists();
            let written = || file(".tmp-summary.json") || file("summary.json");
            wait_until(&mut child, fast, written);
            0.001
        }
    };
    std::thread::sleep(Duration::from_secs_f64(wait * pause));
    // On Unix this is SIGKILL: nothing is flushed, nothing is tidied up.
    let alive = child.try_wait().unwrap().is_none();
    child.kill().ok();
    let status = child.wait().unwrap();
    (alive && status.code() != Some(0)).then(|| (met(folder), unfinished(folder)))
}

/// A number that the environment may choose.
fn number(name: &str, default: usize) -> usize {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text}")),
        Err(_) => default,
    }
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_like_one_that_is_not() {
    let (kills, seed) = (
        number("EXPLANG_KILLS", KILLS),
        number("EXPLANG_KILLS_SEED", 2026),
    );
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    succeeds(smoke(&whole, false), "");

    // Where a kill came too late another run is killed instead, so that there are as many as were asked for.
    let (left, runs) = (AtomicUsize::new(kills), AtomicUsize::new(0));
    let same = AtomicUsize::new(0);
    let counts = Mutex::new(BTreeMap::<String, [usize; 2]>::new());
    let kinds = kinds();
    let work = || {
        loop {
            let mine = left.load(Ordering::SeqCst).min(A_RUN);
            let claimed = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                (left >= mine).then(|| left - mine)
            });
            match claimed {
                Ok(0) => break,
                Ok(_) => {}
                Err(_) => continue,
            }
            let number = runs.fetch_add(1, Ordering::SeqCst);
            assert!(number <= 10 + kills, "the kills come too late");
            let mut moments: Vec<Moment> = (0..mine)
                .map(|kill| {
                    let uniform = |index: usize| {
                        let stream = random::derive(seed as u64, &[number as u64, kill as u64]);
                        f64::from(random::uniform(stream, index as u64))
                    };
                    Moment {
                        // By turns all kinds, so that two runs in a row meet each of them.
                        kind: kinds[(number * A_RUN + kill) % kinds.len()],
                        uniform: [uniform(0), uniform(1)],
                    }
                })
                .collect();
            moments.sort_by(|a, b| a.place().partial_cmp(&b.place()).unwrap());
            let run = folder.path().join(format!("killed-{number}"));
            for moment in &moments {
                match kill(&run, moment) {
                    Some((place, writing)) => {
                        let mut counts = counts.lock().unwrap();
                        let [all, written] = counts.entry(place).or_default();
                        *all += 1;
                        *written += usize::from(writing);
                    }
                    None => {
                        left.fetch_add(1, Ordering::SeqCst);
                    }
                }
            }
            succeeds(smoke(&run, run.join("run.json").exists()), "");
            // All runs are compared before the test ends; what differs has been told by then.
            if std::panic::catch_unwind(|| assert_same(&run, &whole)).is_ok() {
                same.fetch_add(1, Ordering::SeqCst);
            }
            fs::remove_dir_all(&run).unwrap();
        }
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(work);
        work();
        other.join().unwrap();
    });

    let counts = counts.into_inner().unwrap();
    let sum = |which: usize| counts.values().map(|count| count[which]).sum::<usize>();
    let (runs, same) = (runs.into_inner(), same.into_inner());
    println!(
        "seed {seed}: {} kills of {runs} runs, {} while something was written",
        sum(0),
        sum(1)
    );
    for (place, [all, written]) in &counts {
        println!("{place:>27}: {all:>3}, {written:>3} while something was written");
    }
    println!("{same} of the {runs} killed runs ended in the same bytes as the run that was not");
    assert_eq!(same, runs);
    assert_eq!(sum(0), kills);
    // So many are chosen that some nine aim at each stage.
    if kills >= EVERYWHERE {
        for (stage, _) in stages() {
            assert!(counts.contains_key(stage), "no kill met {stage}");
        }
    }
    // A third of the moments are chosen to meet a write, and on a busy machine some of them come late.
    if kills >= KILLS {
        assert!(8 * sum(1) >= kills, "too few kills met a write");
    }
}
