//! The page's end of the worker: sends requests, and gives each reply to whoever asked.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::wire::Wire;
use crate::protocol::{Failure, Id, Reply, Request};

thread_local! {
    /// Number of the next request, over all workers: whoever stops a request of an earlier worker must not hit another one's.
    static NEXT: Cell<Id> = const { Cell::new(1) };
}

/// Hears the replies to one request.
type Hears = Box<dyn FnMut(Reply)>;

/// A worker and the requests that it has not finished.
#[derive(Clone)]
pub struct Client(Rc<Inner>);

struct Inner {
    wire: Wire,
    hearing: RefCell<HashMap<Id, Hears>>,
    /// Forgotten while its own reply was being heard.
    forgotten: Cell<Id>,
}

impl Client {
    /// Starts the worker. `broken` hears what belongs to no request: the worker could not start, or broke down.
    ///
    /// # Errors
    /// When the browser allows no worker.
    pub fn start(script: &str, broken: impl Fn(Failure) + 'static) -> Result<Client, Failure> {
        let client = Client(Rc::new(Inner {
            wire: Wire::start(script)?,
            hearing: RefCell::default(),
            forgotten: Cell::new(0),
        }));
        let broken = Rc::new(broken);
        // The wire's listeners belong to the client, so they hold it weakly.
        let (weak, told) = (Rc::downgrade(&client.0), broken.clone());
        let hears = move |reply| {
            if let Some(inner) = weak.upgrade() {
                inner.hear(reply, &*told);
            }
        };
        client
            .0
            .wire
            .listen("engine", hears, move |failure| broken(failure));
        Ok(client)
    }

    /// Sends the request that `build` makes of its number, and gives that number. `hears` gets every reply to it.
    pub fn send(
        &self,
        build: impl FnOnce(Id) -> Request,
        hears: impl FnMut(Reply) + 'static,
    ) -> Id {
        let id = NEXT.replace(NEXT.get() + 1);
        self.0.hearing.borrow_mut().insert(id, Box::new(hears));
        self.0.wire.post(&build(id));
        id
    }

    /// Stops a request. A request for completions ends with what it has; any other is heard of no more.
    pub fn stop(&self, id: Id) {
        self.0.wire.post(&Request::Stop { id });
    }

    /// Stops a request and gives its replies to nobody.
    pub fn forget(&self, id: Id) {
        self.0.hearing.borrow_mut().remove(&id);
        self.0.forgotten.set(id);
        self.stop(id);
    }
}

impl Inner {
    fn hear(&self, reply: Reply, broken: &dyn Fn(Failure)) {
        let (id, last) = match &reply {
            Reply::Ready => {
                self.wire.ready();
                return;
            }
            Reply::Fail { id: None, failure } => {
                broken(failure.clone());
                return;
            }
            Reply::Progress { id, .. } | Reply::Tokens { id, .. } => (*id, false),
            Reply::Loaded { id, .. }
            | Reply::Distribution { id, .. }
            | Reply::Done { id, .. }
            | Reply::Fail { id: Some(id), .. } => (*id, true),
        };
        // Taken out while it runs, so that it may itself send requests.
        let Some(mut hears) = self.hearing.borrow_mut().remove(&id) else {
            return;
        };
        hears(reply);
        if !last && self.forgotten.get() != id {
            self.hearing.borrow_mut().insert(id, hears);
        }
    }
}
