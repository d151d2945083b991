//! The server: an address, a thread, and its end.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context;
use axum::serve::ListenerExt;
use tokio::sync::watch;

use crate::{ServeError, Site, router};

/// How long answers that are under way may still take once the server is to end.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// An address that is ours and on which nothing is answered yet.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

/// A server that answers, on a thread of its own.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shows_run: bool,
    stop: watch::Sender<bool>,
    thread: JoinHandle<io::Result<()>>,
}

/// Takes a port of a host; port 0 is any that is free.
///
/// # Errors
/// When the host is none of this machine's, or the port is in use or not ours to open.
pub fn bind(host: &str, port: u16) -> Result<Bound, ServeError> {
    // An IPv6 address may be written as it is in a URL.
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let addresses: Vec<SocketAddr> = (name, port)
        .to_socket_addrs()
        .map(Iterator::collect)
        .unwrap_or_default();
    let host = || host.to_owned();
    if addresses.is_empty() {
        return Err(ServeError::UnknownHost { host: host() });
    }
    let refused = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::InUse { host: host(), port },
        io::ErrorKind::AddrNotAvailable => ServeError::ForeignHost { host: host() },
        io::ErrorKind::PermissionDenied => ServeError::Forbidden { port },
        _ => ServeError::Io {
            host: host(),
            port,
            source,
        },
    };
    let listener = TcpListener::bind(addresses.as_slice()).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// Begins to answer.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(self, site: Site) -> anyhow::Result<Server> {
        let Bound { listener, address } = self;
        let (stop, stopped) = watch::channel(false);
        let shows_run = site.run.is_some();
        let thread = std::thread::Builder::new()
            .name("serve".into())
            .spawn(move || answer(listener, address, site, stopped))
            .context("the server cannot be started")?;
        Ok(Server {
            address,
            shows_run,
            stop,
            thread,
        })
    }
}

/// The server's thread. One is enough: there are few readers, and a training run wants the other cores.
fn answer(
    listener: TcpListener,
    address: SocketAddr,
    site: Site,
    stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Events are small and wanted at once.
        let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|stream| {
            stream.set_nodelay(true).ok();
        });
        let router = router::router(site, address.ip().is_loopback(), stopped.clone());
        let graceful =
            axum::serve(listener, router).with_graceful_shutdown(is_set(stopped.clone()));
        let serving = tokio::spawn(async move { graceful.await });
        is_set(stopped).await;
        match tokio::time::timeout(LAST_ANSWERS, serving).await {
            Ok(Ok(result)) => result,
            // A reader that is slower than that is left.
            _ => Ok(()),
        }
    })
}

/// Waits until the value is true, or nobody is left to set it.
async fn is_set(mut value: watch::Receiver<bool>) {
    value.wait_for(|set| *set).await.ok();
}

impl Server {
    /// The address to open in a browser: the page, at the view of the run where there is one.
    pub fn url(&self) -> String {
        let view = if self.shows_run {
            "?view=run&run=served"
        } else {
            ""
        };
        format!("http://{}/{view}", self.address)
    }

    /// True when only this machine can reach it.
    pub fn is_private(&self) -> bool {
        self.address.ip().is_loopback()
    }

    /// Answers until Ctrl-C or SIGTERM, and then ends. `asked` is called once, when every signal is heard from there on; where it says that
    /// one has come before, the server ends now.
    ///
    /// # Errors
    /// When the system gives no signals, or the server has failed.
    pub fn until_interrupted(self, asked: impl FnOnce() -> bool) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(interrupted(asked))?;
        self.end()
    }

    /// Ends the server: answers that are under way are finished, events are broken off.
    ///
    /// # Errors
    /// When it has failed.
    pub fn end(self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        match self.thread.join() {
            Ok(result) => result.context("the server has failed"),
            Err(_) => anyhow::bail!("the server has failed"),
        }
    }
}

/// Waits for Ctrl-C, or for the polite request to end that other programs send.
#[cfg(unix)]
async fn interrupted(asked: impl FnOnce() -> bool) -> io::Result<()> {
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};
    let mut signals = [
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ];
    // A signal from before is not in these; from here on each is.
    if asked() {
        return Ok(());
    }
    std::future::poll_fn(|context| {
        let came = |signal: &mut tokio::signal::unix::Signal| signal.poll_recv(context).is_ready();
        if signals.iter_mut().any(came) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    Ok(())
}

/// Waits for Ctrl-C.
#[cfg(windows)]
async fn interrupted(asked: impl FnOnce() -> bool) -> io::Result<()> {
    let mut signal = tokio::signal::windows::ctrl_c()?;
    if asked() {
        return Ok(());
    }
    signal.recv().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_taken_once() {
        let first = bind("127.0.0.1", 0).unwrap();
        let port = first.address.port();
        let error = bind("127.0.0.1", port).unwrap_err();
        assert!(matches!(error, ServeError::InUse { .. }), "{error}");
        assert!(error.to_string().contains("0 for any that is free"));
        drop(first);
        bind("127.0.0.1", port).unwrap();
    }

    #[test]
    fn a_host_is_one_of_this_machine() {
        // 192.0.2.0/24 is kept for examples: no machine has it.
        let error = bind("192.0.2.1", 0).unwrap_err();
        assert!(matches!(error, ServeError::ForeignHost { .. }), "{error}");
        for host in ["no host", "", "256.0.0.1"] {
            let error = bind(host, 0).unwrap_err();
            assert!(matches!(error, ServeError::UnknownHost { .. }), "{error}");
        }
        assert!(bind("localhost", 0).unwrap().address.ip().is_loopback());
    }
}
