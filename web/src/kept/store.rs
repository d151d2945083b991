//! The browser's storage: one training in IndexedDB.
//!
//! IndexedDB and not the origin's private file system: that one asks for HTTPS and keeps files, of which a closed tab could leave some old and
//! some new. Here all records of a save are one transaction. Every save has a number, drawn at random, and is made only where the last number is the
//! one that this tab knows: two tabs do not replace each other's training unasked.
//!
//! Each call has a connection of its own, so that no tab keeps another from deleting, and what the visitor deletes in the browser's settings is
//! missed by no call. Reading creates nothing.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::oneshot::channel;
use gloo::events::EventListener;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    DomException, EventTarget, IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest,
    IdbRequest, IdbTransaction, IdbTransactionMode,
};

use super::record::{HEAD, Records};
use super::{Head, Kept, KeptError, Refused, SaveError};

/// Name of the database. Its own version stays: the head says which form the records have.
const DATABASE: &str = "explang";
const DATABASE_VERSION: u32 = 1;
/// The object store in it.
const TRAINING: &str = "training";
/// Key of the number of the last save, beside the records.
const SAVE: &str = "save";

/// What this tab knows of the training that the browser keeps.
#[derive(Debug)]
pub struct Store {
    /// Number of the save that this tab has last read or made; none where there was nothing.
    known: Cell<Option<f64>>,
}

impl Store {
    /// Looks whether the browser lets this page store anything, and what is kept now.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn open() -> Result<Store, Refused> {
        let store = Store {
            known: Cell::new(None),
        };
        store.insist().await?;
        Ok(store)
    }

    /// The training; none where none is kept. What cannot be read stays until it is deleted or replaced.
    ///
    /// # Errors
    /// When it is damaged, of another version, or the browser refuses.
    pub async fn load(&self) -> Result<Option<Kept>, KeptError> {
        let Some(connection) = Connection::open(false).await? else {
            self.known.set(None);
            return Ok(None);
        };
        let records = connection.records(IdbTransactionMode::Readonly)?;
        self.known.set(records.save().await?);
        let Some(head) = records.get(HEAD).await? else {
            return Ok(None);
        };
        let names = Head::read(&head)?.records.into_keys();
        let mut found = Records::from([(HEAD.to_owned(), head)]);
        for name in names {
            if let Some(bytes) = records.get(&name).await? {
                found.insert(name, bytes);
            }
        }
        Kept::read(found).map(Some)
    }

    /// The head of what is kept, and these records; none where none is kept.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub async fn read<const N: usize>(
        names: [&str; N],
    ) -> Result<Option<(Head, [Vec<u8>; N])>, KeptError> {
        let Some(connection) = Connection::open(false).await? else {
            return Ok(None);
        };
        let records = connection.records(IdbTransactionMode::Readonly)?;
        let Some(head) = records.get(HEAD).await? else {
            return Ok(None);
        };
        let head = Head::read(&head)?;
        let mut found = [const { Vec::new() }; N];
        for (found, name) in found.iter_mut().zip(names) {
            *found = head.check(name, records.get(name).await?)?;
        }
        Ok(Some((head, found)))
    }

    /// Keeps a training in the place of the one that is kept.
    ///
    /// # Errors
    /// When there is no room, the browser refuses, or another tab was there since: then what was kept still is.
    pub async fn save(&self, kept: &Kept) -> Result<(), SaveError> {
        let written = kept.records();
        let written = written.map_err(|error| SaveError::Refused(error.to_string()))?;
        let connection = Connection::open(true).await?;
        let connection = connection.ok_or(SaveError::Refused("it has no database".into()))?;
        let records = connection.records(IdbTransactionMode::Readwrite)?;
        if records.save().await? != self.known.get() {
            return Err(SaveError::OtherTab);
        }
        let number = js_sys::Math::random();
        let write = || {
            records.store.clear()?;
            for (name, bytes) in &written {
                let bytes = Uint8Array::from(bytes.as_slice());
                records.store.put_with_key(&bytes, &name.into())?;
            }
            records.store.put_with_key(&number.into(), &SAVE.into())
        };
        if let Err(error) = write() {
            // Nothing of it is to stay. It may have ended by itself.
            let _ended = records.transaction.abort();
            return Err(failed(error));
        }
        records.end().await?;
        self.known.set(Some(number));
        Ok(())
    }

    /// Takes what is kept now as known: the next save replaces it, whoever made it.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn insist(&self) -> Result<(), Refused> {
        let now = match Connection::open(false).await? {
            Some(connection) => {
                let records = connection.records(IdbTransactionMode::Readonly)?;
                records.save().await?
            }
            None => None,
        };
        self.known.set(now);
        Ok(())
    }

    /// Deletes what is kept, whoever kept it, so that nothing is left.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn delete(&self) -> Result<(), Refused> {
        let request = factory()?.delete_database(DATABASE);
        answer(request.map_err(refused)?.as_ref())
            .await
            .map_err(refused)?;
        self.known.set(None);
        Ok(())
    }
}

/// An open database; closed when it is dropped, once its transactions have ended.
struct Connection(IdbDatabase);

impl Connection {
    /// Opens the database; where it is not there, creates it, or gives none.
    async fn open(create: bool) -> Result<Option<Connection>, Refused> {
        let request = factory()?.open_with_u32(DATABASE, DATABASE_VERSION);
        let request = request.map_err(refused)?;
        let absent = Rc::new(Cell::new(false));
        let (opening, missed) = (request.clone(), absent.clone());
        let upgrade = EventListener::once(&request, "upgradeneeded", move |_| {
            if create {
                let _created = created(&opening);
            } else if let Some(transaction) = opening.transaction() {
                // So the browser leaves no empty database behind.
                missed.set(transaction.abort().is_ok());
            }
        });
        let opened = answer(&request).await;
        drop(upgrade);
        match opened {
            Ok(database) => Ok(Some(Connection(database.unchecked_into()))),
            Err(_) if absent.get() => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    /// Begins a transaction.
    fn records(&self, mode: IdbTransactionMode) -> Result<Open, Refused> {
        let transaction = self.0.transaction_with_str_and_mode(TRAINING, mode);
        let transaction = transaction.map_err(refused)?;
        let store = transaction.object_store(TRAINING).map_err(refused)?;
        Ok(Open { transaction, store })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// A transaction and the records. Between two of its requests nothing else may be awaited: it would end.
struct Open {
    transaction: IdbTransaction,
    store: IdbObjectStore,
}

impl Open {
    async fn value(&self, key: &str) -> Result<JsValue, Refused> {
        let request = self.store.get(&key.into()).map_err(refused)?;
        answer(&request).await.map_err(refused)
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Refused> {
        let value = self.value(name).await?;
        Ok(value
            .dyn_into()
            .ok()
            .map(|bytes: Uint8Array| bytes.to_vec()))
    }

    /// The number of the last save.
    async fn save(&self) -> Result<Option<f64>, Refused> {
        Ok(self.value(SAVE).await?.as_f64())
    }

    /// Waits until all is written.
    async fn end(&self) -> Result<(), SaveError> {
        if first(&self.transaction, "complete", "abort").await {
            return Ok(());
        }
        let error = self.transaction.error();
        Err(failed(error.map_or(JsValue::UNDEFINED, JsValue::from)))
    }
}

fn created(opening: &IdbOpenDbRequest) -> Result<IdbObjectStore, JsValue> {
    let database: IdbDatabase = opening.result()?.unchecked_into();
    database.create_object_store(TRAINING)
}

/// The same for a page and for a worker.
fn factory() -> Result<IdbFactory, Refused> {
    let found = Reflect::get(&js_sys::global(), &"indexedDB".into()).map_err(refused)?;
    let found = found.dyn_into();
    found.map_err(|_| Refused("it has no database".into()))
}

/// What a request gives in the end.
async fn answer(request: &IdbRequest) -> Result<JsValue, JsValue> {
    if first(request, "success", "error").await {
        return request.result();
    }
    Err(request.error()?.map_or(JsValue::UNDEFINED, JsValue::from))
}

/// Waits for one of two events, and tells whether it was the good one.
async fn first(target: &EventTarget, good: &'static str, bad: &'static str) -> bool {
    let (tell, told) = channel();
    let tell = Rc::new(RefCell::new(Some(tell)));
    let listen = |name: &'static str| {
        let tell = tell.clone();
        EventListener::once(target, name, move |_| {
            // The first of the two, and whoever waits.
            let _heard = tell.take().map(|tell| tell.send(name == good));
        })
    };
    let _listeners = [listen(good), listen(bad)];
    told.await.unwrap_or(false)
}

/// Why nothing was saved.
fn failed(error: JsValue) -> SaveError {
    match error.dyn_ref::<DomException>() {
        Some(error) if error.name() == "QuotaExceededError" => SaveError::Full,
        _ => refused(error).into(),
    }
}

/// What the browser says of its refusal.
fn refused(error: JsValue) -> Refused {
    let told = error.dyn_ref::<DomException>().map(|error| {
        let message = error.message();
        let message = message.trim_end_matches('.');
        if message.is_empty() {
            error.name()
        } else {
            format!("{message} ({})", error.name())
        }
    });
    Refused(told.unwrap_or_else(|| "it does not say why".into()))
}
