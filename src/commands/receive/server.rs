//! Listening: connections, time-outs, and the end.

use std::future::{Future, pending};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use signal_hook::consts::{SIGINT, SIGTERM};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::super::CommandError;
use super::super::output::{Talk, say};
use super::{Desk, answer};

/// More connections wait to be accepted.
const MOST_CONNECTIONS: usize = 64;
/// Whoever opens a connection says within this time what for.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// What is under way at the end has so long.
const END_WITHIN: Duration = Duration::from_secs(5);
/// How often it is looked whether it is to end.
const LOOK: Duration = Duration::from_millis(100);
/// The most that headers may hold.
const HEADER_BYTES: usize = 64 * 1024;

/// Whether the process was asked to end.
struct Stop(Arc<AtomicBool>);

impl Stop {
    fn listen() -> Result<Self, CommandError> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&asked))
                .map_err(|why| CommandError::Asked(format!("cannot listen for signals: {why}")))?;
        }
        Ok(Self(asked))
    }

    fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Listens until it is asked to end, and answers what is under way.
pub(super) async fn serve(desk: &Desk<'_>, address: SocketAddr) -> Result<(), CommandError> {
    let stop = Stop::listen()?;
    let refused = |why| CommandError::Asked(format!("cannot listen on `{address}`: {why}"));
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    say(Talk::Aloud, &format!("listening on {address}; stop with Ctrl-C"));
    let (end, ended) = watch::channel(false);
    let mut open: FuturesUnordered<Pin<Box<dyn Future<Output = ()> + '_>>> = FuturesUnordered::new();
    while !stop.is_asked() && !desk.has_enough() {
        let is_full = open.len() >= MOST_CONNECTIONS;
        let accept = pin!(async { if is_full { pending().await } else { listener.accept().await } });
        let finish = pin!(async { if open.is_empty() { pending().await } else { open.next().await } });
        match select(accept, select(finish, pin!(sleep(LOOK)))).await {
            Either::Left((Ok((stream, _)), _)) => open.push(Box::pin(connection(desk, stream, ended.clone()))),
            // A connection that broke before it was there, or no handle for another: those that are open go on.
            Either::Left((Err(_), _)) => sleep(LOOK).await,
            Either::Right(_) => {}
        }
    }
    drop(listener);
    say(Talk::Aloud, "ending");
    // Whoever still listens to this is told; nobody is no failure.
    let _ = end.send(true);
    let _ = timeout(END_WITHIN + LOOK, open.collect::<Vec<()>>()).await;
    Ok(())
}

/// One connection to its end.
async fn connection(desk: &Desk<'_>, stream: TcpStream, mut ended: watch::Receiver<bool>) {
    let service = service_fn(|request| answer::answer(desk, request));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN).max_buf_size(HEADER_BYTES);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let end = pin!(ended.wait_for(|ended| *ended));
    // Whoever breaks a connection off sends again; what was stored by then is known by its key.
    if let Either::Right(_) = select(connection.as_mut(), end).await {
        connection.as_mut().graceful_shutdown();
        let _ = timeout(END_WITHIN, connection).await;
    }
}
