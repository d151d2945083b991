//! The worker: listens to the page, trains, keeps what was learned.

use std::cell::Cell;
use std::pin::pin;

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use super::control::{Control, Turns};
use super::error::BeginError;
use super::from::From;
use super::session::Session;
use super::start::fetched;
use super::tell::{broken, cannot, fail, scope, send};
use crate::engine::event_loop::turn;
use crate::kept::archive;
use crate::kept::store::Store;
use crate::kept::{Refused, SaveError};
use crate::protocol::Failure;
use crate::protocol::learning::{
    News, NotKept, Opened, Order, Packed, Recorded, Settings, Start, StepNews,
};

/// Steps after which what was learned is kept.
const KEEP_EVERY: usize = 5;

/// Starts to listen.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        send(&News::Fail {
            failure: Failure {
                message: format!("The learner broke down: {panic}"),
                advice: "Reload the page: it goes on from the last steps that were kept. If it happens again, please report it.".into(),
            },
            over: true,
        });
    }));
    let (orders, waiting) = unbounded();
    let control = Control::default();
    let heard = control.clone();
    let listener = EventListener::new(&scope(), "message", move |event| {
        let event: &MessageEvent = event.unchecked_ref();
        let order = event.data().as_string();
        let order = order.and_then(|text| serde_json::from_str(&text).ok());
        let Some(order) = order else {
            fail(
                "The page and its learner are of different versions.",
                "Reload the page.",
            );
            return;
        };
        if !matches!(order, Order::Run | Order::Step | Order::Change(_)) {
            heard.interrupt();
        }
        // The receiver lives as long as the worker.
        drop(orders.unbounded_send(order));
    });
    listener.forget();
    send(&News::Ready);
    spawn_local(serve(waiting, control));
}

/// How far it is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Nothing,
    OneStep,
    Steps,
}

/// Does the orders in their turn, and steps between them.
async fn serve(mut waiting: UnboundedReceiver<Order>, control: Control) {
    let mut desk = Desk {
        session: None,
        wanted: Wanted::Nothing,
        recorded: Vec::new().into_iter(),
        store: Store::open().await,
        kept: None,
        silent: Cell::default(),
    };
    loop {
        let steps = desk.session.is_some() && desk.wanted != Wanted::Nothing;
        let order = match waiting.try_recv() {
            Ok(order) => Some(order),
            Err(_) if steps => None,
            Err(_) => waiting.next().await,
        };
        match order {
            Some(order) => {
                control.clear();
                desk.follow(order).await;
            }
            None if steps => desk.step(&control).await,
            // The page is gone.
            None => return,
        }
        turn().await;
    }
}

/// A training, and where it is kept.
struct Desk {
    session: Option<Session>,
    wanted: Wanted,
    /// Completions to learn from in the place of sampled ones.
    recorded: std::vec::IntoIter<Vec<Recorded>>,
    store: Result<Store, Refused>,
    /// Steps of the training that are kept.
    kept: Option<usize>,
    /// The page knows that nothing can be kept, and why.
    silent: Cell<Option<NotKept>>,
}

impl Desk {
    async fn follow(&mut self, order: Order) {
        match order {
            Order::Open => self.open().await,
            Order::Begin(settings) => self.begin(settings).await,
            Order::Change(settings) => {
                let changed = self.session.as_mut().map(|s| s.change(settings));
                if let Some(Err(error)) = changed {
                    cannot(&error);
                }
            }
            Order::Run => self.wanted = Wanted::Steps,
            Order::Step => self.wanted = Wanted::OneStep,
            Order::Pause => {
                self.wanted = Wanted::Nothing;
                self.keep().await;
            }
            Order::Pack => self.pack(),
            Order::Forget => self.forget().await,
            Order::Insist => {
                if let Ok(store) = &self.store {
                    // Where the browser refuses, so does it the save that follows, which tells.
                    let _known = store.insist().await;
                }
                self.silent.set(None);
                self.kept = None;
                self.keep().await;
            }
            Order::Replay(steps) => {
                self.recorded = steps.into_iter();
                self.wanted = Wanted::Steps;
            }
        }
    }

    /// Takes up what this browser keeps.
    async fn open(&mut self) {
        self.wanted = Wanted::Nothing;
        let found = match &self.store {
            Ok(store) => store.load().await,
            Err(_) => Ok(None),
        };
        let taken = match found {
            Ok(None) => return send(&News::Nothing),
            Ok(Some(kept)) => Session::take_up(kept).map_err(|error| error.to_string()),
            Err(error) => {
                let (why, failure) = error.told();
                send(&News::NotKept(why, failure));
                return send(&News::Nothing);
            }
        };
        match taken {
            Ok(session) => {
                self.kept = Some(session.steps());
                let opened = Opened {
                    kept: true,
                    ..session.opened()
                };
                self.session = Some(session);
                send(&News::Opened(Box::new(opened)));
            }
            Err(error) => {
                send(&News::NotKept(
                    NotKept::Unreadable,
                    Failure {
                        message: format!(
                            "The training that this browser keeps cannot be read: {error}."
                        ),
                        advice: "It is left as it is until you begin another one, or delete it."
                            .into(),
                    },
                ));
                send(&News::Nothing);
            }
        }
    }

    /// Begins a training.
    async fn begin(&mut self, settings: Settings) {
        self.wanted = Wanted::Nothing;
        let from = match self.from(&settings).await {
            Ok(from) => from,
            Err(failure) => {
                return send(&News::Fail {
                    failure,
                    over: false,
                });
            }
        };
        match Session::begin(from, settings, &Turns).await {
            Ok(session) => {
                send(&News::Opened(Box::new(session.opened())));
                self.session = Some(session);
                self.kept = None;
            }
            Err(error) => cannot(&error),
        }
    }

    /// What a training with these settings starts from.
    async fn from(&self, settings: &Settings) -> Result<From, Failure> {
        // The beginning of the one that is there needs no network.
        if let Some(session) = &self.session
            && session.settings().start == settings.start
            && settings.start != Start::Yours
        {
            return Ok(session.start());
        }
        if settings.start != Start::Yours {
            return fetched(settings.start, |received, total| {
                send(&News::Progress(received, total));
            })
            .await;
        }
        let none = || Failure {
            message: "This browser keeps no model of yours to start from.".into(),
            advice: "Start from another one.".into(),
        };
        let state = match &self.session {
            Some(session) => session.kept().map_err(|_| none())?,
            None => {
                let store = self.store.as_ref().map_err(|_| none())?;
                let kept = store.load().await.map_err(|_| none())?;
                kept.ok_or_else(none)?
            }
        };
        Ok(From::learned(state))
    }

    /// Takes a step, and keeps what was learned now and then.
    async fn step(&mut self, control: &Control) {
        let Some(session) = self.session.as_mut() else {
            return;
        };
        let recorded = self.recorded.next();
        let replays = recorded.is_some();
        let step = async {
            match recorded {
                Some(recorded) => session.replay(&recorded, &Turns).await,
                None => session.step(&Turns).await,
            }
        };
        let done = match select(pin!(step), pin!(control.interrupted())).await {
            Either::Left((done, _)) => done,
            // What was begun of the step is dropped: the training is as it was before it.
            Either::Right(_) => return,
        };
        if self.wanted == Wanted::OneStep || (replays && self.recorded.len() == 0) {
            self.wanted = Wanted::Nothing;
        }
        match done {
            Ok(news) => self.took(news, replays).await,
            Err(error) => {
                self.wanted = Wanted::Nothing;
                broken(&error);
                self.keep().await;
            }
        }
    }

    async fn took(&mut self, news: StepNews, replays: bool) {
        let step = news.point.step as usize;
        send(&News::Step(Box::new(news)));
        let stops = self.wanted == Wanted::Nothing;
        if stops || replays || step.is_multiple_of(KEEP_EVERY) {
            self.keep().await;
        }
    }

    /// Keeps what was learned, where that has not been done.
    async fn keep(&mut self) {
        let Some(session) = &self.session else { return };
        let steps = session.steps();
        // A training of no steps is not worth more than one that may be kept.
        if steps == 0 || self.kept == Some(steps) {
            return;
        }
        let kept = match session.kept() {
            Ok(kept) => kept,
            Err(error) => return cannot(&BeginError::Weights(error)),
        };
        let saved = match &self.store {
            Ok(store) => store.save(&kept).await,
            Err(refused) => Err(SaveError::Refused(refused.to_string())),
        };
        match saved {
            Ok(()) => {
                self.kept = Some(steps);
                self.silent.set(None);
                send(&News::Kept(steps as u32));
            }
            Err(error) => self.not_kept(&error),
        }
    }

    /// Tells once why nothing is kept.
    fn not_kept(&self, error: &SaveError) {
        let (why, failure) = error.told();
        if self.silent.replace(Some(why)) != Some(why) {
            send(&News::NotKept(why, failure));
        }
    }

    /// Packs the training into one file.
    fn pack(&self) {
        let Some(session) = &self.session else {
            return fail("There is no training to download.", "Begin one.");
        };
        let packed = session
            .kept()
            .map_err(|error| error.to_string())
            .and_then(|kept| {
                archive::pack(&kept, &session.config(), &now()).map_err(|error| error.to_string())
            })
            .and_then(|file| {
                let address = blob(&file.bytes).map_err(|error| format!("{error:?}"))?;
                Ok(Packed {
                    address,
                    name: file.name,
                    bytes: file.bytes.len() as u64,
                })
            });
        match packed {
            Ok(packed) => send(&News::Packed(packed)),
            Err(error) => fail(
                &format!("The training cannot be packed: {error}."),
                "Take another step and try again.",
            ),
        }
    }

    /// Gives the training up, and what is kept of it.
    async fn forget(&mut self) {
        self.wanted = Wanted::Nothing;
        self.session = None;
        self.kept = None;
        if let Ok(store) = &self.store
            && let Err(error) = store.delete().await
        {
            fail(
                &format!("What this browser keeps could not be deleted: {error}."),
                "Delete the data of this page in the browser's settings.",
            );
        }
        send(&News::Nothing);
    }
}

/// Now, in UTC as RFC 3339.
fn now() -> String {
    js_sys::Date::new_0().to_iso_string().into()
}

/// The address of a file in memory.
fn blob(bytes: &[u8]) -> Result<String, JsValue> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let blob = web_sys::Blob::new_with_u8_array_sequence(&parts)?;
    web_sys::Url::create_object_url_with_blob(&blob)
}
