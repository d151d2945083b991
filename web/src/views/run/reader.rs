//! What the view has read of a run, and the ways to read one over the network.

use explang::run::SummaryExcerpt;
use futures_util::future::join;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::history::{Log, RunState, pieces};
use crate::kept::record::text;
use crate::kept::store::Store;
use crate::kept::{KeptError, METRICS};
use crate::page::address::Source;
use crate::page::fetch::fetch_text;
use crate::pause::pause;
use crate::protocol::Failure;

/// Bytes of a log that are read in one go; then the page may draw.
const PIECE: usize = 1 << 20;

/// What has been read. Copies share it.
#[derive(Clone, Copy)]
pub struct Reader {
    /// The log.
    pub log: RwSignal<Log>,
    /// The figures of the evaluations, where there are some.
    pub summary: RwSignal<Option<SummaryExcerpt>>,
    /// The state of a run that a server shows.
    pub state: RwSignal<Option<RunState>>,
    /// When its log was last written: milliseconds since 1970.
    pub written: RwSignal<Option<f64>>,
    /// Where the reading is.
    pub status: RwSignal<Status>,
    /// Counts the runs that were begun to read: what belongs to an earlier one is thrown away.
    turn: StoredValue<u32>,
}

/// Where the reading is.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// On its way.
    Reading,
    /// The visitor has yet to give a folder.
    Waiting,
    /// Done; what was read.
    Read(String),
    /// A server is asked for its run.
    Connecting,
    /// A server tells what happens.
    Connected,
    /// The server cannot be reached now.
    Lost,
    /// There is nothing to show.
    Failed(Failure),
}

impl Reader {
    /// Nothing read yet.
    pub fn new() -> Reader {
        Reader {
            log: RwSignal::default(),
            summary: RwSignal::new(None),
            state: RwSignal::new(None),
            written: RwSignal::new(None),
            status: RwSignal::new(Status::Reading),
            turn: StoredValue::new(0),
        }
    }

    /// Begins to read another run, and gives its turn.
    pub(super) fn begin(self, status: Status) -> u32 {
        self.log.set(Log::default());
        self.summary.set(None);
        self.state.set(None);
        self.written.set(None);
        self.status.set(status);
        self.turn.update_value(|turn| *turn += 1);
        self.turn.get_value()
    }

    /// Whether a turn is still the one that is read; not after the visitor has left the view either.
    pub(super) fn is_current(self, turn: u32) -> bool {
        self.turn.try_get_value() == Some(turn)
    }

    /// Ends a turn with what came of it.
    pub(super) fn end(self, turn: u32, status: Status) {
        if self.is_current(turn) {
            self.status.set(status);
        }
    }

    /// Reads the run that is built into the page.
    pub(super) fn read_committed(self) {
        let turn = self.begin(Status::Reading);
        spawn_local(async move {
            let folder = Source::Committed.folder().unwrap_or_default();
            let read = self.read_folder(turn, folder).await;
            self.end(turn, read.map_or_else(Status::Failed, Status::Read));
        });
    }

    /// Reads the visitor's own training, which this browser keeps.
    pub(super) fn read_yours(self) {
        let turn = self.begin(Status::Reading);
        spawn_local(async move {
            let read = match kept_log().await {
                Ok(Some(log)) => {
                    self.read_log(turn, &log).await;
                    Ok(self.what_log(turn))
                }
                Ok(None) => Err(Failure {
                    message: "This browser keeps no training of yours.".into(),
                    advice: "Begin one in view 8.".into(),
                }),
                Err(error) => Err(error.told().1),
            };
            self.end(turn, read.map_or_else(Status::Failed, Status::Read));
        });
    }

    async fn read_folder(self, turn: u32, folder: &str) -> Result<String, Failure> {
        let (metrics, summary) = (
            format!("{folder}metrics.jsonl"),
            format!("{folder}summary.json"),
        );
        let (log, found) = join(fetch_text(&metrics), fetch_text(&summary)).await;
        let Some(log) = log? else {
            return Err(Failure {
                message: format!("{metrics} is not there."),
                advice: "Check that the folder `checkpoints` lies beside the page, then reload."
                    .into(),
            });
        };
        self.read_log(turn, &log).await;
        let mut told = self.what_log(turn);
        if let Some(found) = found? {
            told += &self.read_summary(turn, &found);
        }
        Ok(told)
    }

    /// Fetches the summary of a run that has ended.
    pub(super) fn fetch_summary(self, turn: u32) {
        spawn_local(async move {
            let folder = Source::Served.folder().unwrap_or_default();
            let address = format!("{folder}summary.json");
            if let Ok(Some(text)) = fetch_text(&address).await {
                self.read_summary(turn, &text);
            }
        });
    }

    /// Reads a whole log, a piece at a time.
    pub(super) async fn read_log(self, turn: u32, text: &str) {
        let mut log = Log::default();
        for piece in pieces(text, PIECE) {
            if !self.is_current(turn) {
                return;
            }
            log.push(piece);
            pause(0).await;
        }
        if self.is_current(turn) {
            self.log.set(log);
        }
    }

    /// How much has been read of the log.
    pub(super) fn what_log(self, turn: u32) -> String {
        if !self.is_current(turn) {
            return String::new();
        }
        self.log.with_untracked(|log| {
            let stages = match log.stage_count() {
                1 => "1 stage".to_owned(),
                count => format!("{count} stages"),
            };
            format!("{} steps in {stages}.", log.lines)
        })
    }

    /// Reads a summary, and says so where it cannot be read.
    pub(super) fn read_summary(self, turn: u32, text: &str) -> String {
        match serde_json::from_str(text) {
            _ if !self.is_current(turn) => String::new(),
            Ok(summary) => {
                self.summary.set(Some(summary));
                String::new()
            }
            Err(error) => format!(" Its summary.json could not be read: {error}."),
        }
    }
}

/// The log of the visitor's own training, where there is one.
async fn kept_log() -> Result<Option<String>, KeptError> {
    let found = Store::read([METRICS]).await?;
    found.map(|(_, [log])| text(METRICS, log)).transpose()
}

impl Default for Reader {
    fn default() -> Self {
        Reader::new()
    }
}
