//! Everything put together: starts, runs until it is asked to stop, and stops cleanly.

mod files;
mod notices;
mod parts;

pub use parts::Setup;

use crate::{
    config::Limits,
    control::{self, Interface, StopReason},
    engine::{Engine, Handle},
    error::{GatewayError, Result},
    ingress::UserInterface,
};
use northbound_client::control::RunFile;
use northbound_ledger::journal::{Disk, Storage};
use northbound_transport::{Capacity, ConnectionLimits, Listening, listen, tls};
use parts::{Built, Surroundings};
use std::{cell::RefCell, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    runtime::Runtime,
    sync::{mpsc, watch},
};
use tower::ServiceExt;
use tracing::{
    Dispatch,
    dispatcher::{self, DefaultGuard, set_default, with_default},
    info,
};

/// Between looks whether everything is delivered.
const DRAINING: Duration = Duration::from_millis(20);
/// Between looks whether a window of unverified senders has ended.
const STRANGERS: Duration = Duration::from_secs(1);

/// A service that runs.
pub struct Service {
    /// Where Users post.
    pub duis: SocketAddr,
    /// The loopback interface.
    pub control: SocketAddr,
    url: String,
    data: PathBuf,
    runtime: Runtime,
    handle: Handle,
    engine: std::thread::JoinHandle<(northbound_flow::Core, u64)>,
    stop: watch::Sender<bool>,
    stop_deliveries: watch::Sender<bool>,
    ask_stop: mpsc::Sender<StopReason>,
    stopped: mpsc::Receiver<StopReason>,
    users: tokio::task::JoinHandle<()>,
    user_interface: Arc<UserInterface>,
    interface: tokio::task::JoinHandle<()>,
    deliveries: crate::egress::Deliveries,
    drain: Duration,
    log: Dispatch,
}

impl Service {
    /// Starts.
    ///
    /// # Errors
    /// Whatever keeps it from starting: an address, a folder, a key, a journal that is locked or damaged.
    pub fn start(setup: Setup) -> Result<Service> {
        let disk = Disk::at(setup.data.join(crate::engine::offline::JOURNAL));
        Service::start_on(setup, disk)
    }

    /// Starts with the journal on another store, such as one that is slow or full at times.
    ///
    /// # Errors
    /// As [`Service::start`].
    pub fn start_on<S: Storage + Send + 'static>(setup: Setup, journal: S) -> Result<Service> {
        with_default(&setup.log.clone(), || Service::start_logged(setup, journal))
    }

    /// Starts; everything is logged by the dispatcher of this thread.
    fn start_logged<S: Storage + Send + 'static>(setup: Setup, journal: S) -> Result<Service> {
        let mut setup = setup;
        let files = files::allow(&mut setup.config.limits);
        let (config, log) = (setup.config.clone(), setup.log.clone());
        if config.tls.is_none() && !config.listen.ip().is_loopback() {
            return Err(GatewayError::PlainBeyondLoopback { address: config.listen });
        }
        let acceptor = config.tls.as_ref().map(tls::acceptor).transpose()?;
        let runtime = runtime(config.threads, log.clone())?;
        let (user_socket, control_socket) = runtime.block_on(async {
            Ok::<_, GatewayError>((
                listen(config.listen).await?,
                listen(config.control.listen).await?,
            ))
        })?;
        let (stop, stopping) = watch::channel(false);
        let (stop_deliveries, deliveries_stopping) = watch::channel(false);
        let (ask_stop, stopped) = mpsc::channel(4);
        let (duis, control) = (user_socket.address, control_socket.address);
        let surroundings = Surroundings {
            runtime: &runtime,
            duis,
            control,
            ask_stop: ask_stop.clone(),
            stopping: stopping.clone(),
            deliveries_stopping,
        };
        let built = parts::build(setup, journal, surroundings)?;
        let Built { engine, handle, users, interface, deliveries, url, data } = built;
        let limits = config.limits.clone();
        let user_interface = Arc::clone(&users);
        record_strangers(&runtime, Arc::clone(&users), stopping.clone());
        let users = serve_users(&runtime, user_socket, limits, acceptor, stopping.clone(), users);
        let interface = serve_control(&runtime, control_socket, stopping, interface);
        let engine = spawn("northbound-engine", move || Engine::<S>::new(engine).run())?;
        files.log();
        info!(event = "service.started", %duis, %control);
        Ok(Service {
            duis,
            control,
            url,
            data,
            runtime,
            handle,
            engine,
            stop,
            stop_deliveries,
            ask_stop,
            stopped,
            users,
            user_interface,
            interface,
            deliveries,
            drain: Duration::from_secs(config.store.drain_seconds),
            log,
        })
    }

    /// Where Users post, as an address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on a signal stops the service cleanly, also one that comes before [`Service::wait`].
    pub fn heed_signals(&self) {
        let (ask_stop, (registered, ready)) = (self.ask_stop.clone(), std::sync::mpsc::channel());
        self.runtime.spawn(async move {
            signalled(move || drop(registered)).await;
            let _ = ask_stop.send(StopReason::Signal).await;
        });
        // Ends when the handlers are in place, since the sender is dropped then.
        let _ = ready.recv() as std::result::Result<(), _>;
    }

    /// Waits for a signal or a word over the loopback interface.
    pub fn wait(&mut self) -> StopReason {
        let stopped = &mut self.stopped;
        self.runtime.block_on(async {
            tokio::select! {
                reason = stopped.recv() => reason.unwrap_or(StopReason::Asked),
                () = signalled(|| ()) => StopReason::Signal,
            }
        })
    }

    /// Stops cleanly: takes nothing more, finishes what it is at, delivers what can be delivered within
    /// the time that is set, commits the ledger and writes a checkpoint. Returns the journal's position.
    pub fn stop(self) -> u64 {
        with_default(&self.log.clone(), || self.stop_logged())
    }

    fn stop_logged(self) -> u64 {
        let Service {
            data,
            runtime,
            handle,
            engine,
            stop,
            stop_deliveries,
            users,
            user_interface,
            interface,
            deliveries,
            drain,
            ..
        } = self;
        info!(event = "service.stopping");
        let _ = stop.send(true);
        runtime.block_on(async {
            let _ = tokio::time::timeout(drain, users).await;
            let until = tokio::time::Instant::now() + drain;
            while !deliveries.is_drained() && tokio::time::Instant::now() < until {
                tokio::time::sleep(DRAINING).await;
            }
            let _ = stop_deliveries.send(true);
        });
        user_interface.record_strangers(true);
        handle.stop();
        let position = engine.join().map_or(0, |(_, position)| position);
        runtime.block_on(async {
            let _ = tokio::time::timeout(drain, interface).await;
        });
        runtime.shutdown_timeout(Duration::from_secs(1));
        RunFile::remove(&data);
        info!(event = "service.stopped", position);
        position
    }
}

thread_local! {
    /// Keeps a log the default of a thread of the runtime.
    static LOGGED: RefCell<Option<DefaultGuard>> = const { RefCell::new(None) };
}

/// Threads for connections, which log to `log`.
fn runtime(threads: usize, log: Dispatch) -> Result<Runtime> {
    check_threads()?;
    tokio::runtime::Builder::new_multi_thread()
        .on_thread_start(move || LOGGED.set(Some(set_default(&log))))
        .on_thread_stop(|| drop(LOGGED.take()))
        .worker_threads(threads)
        .enable_all()
        .thread_name("northbound-io")
        .build()
        .map_err(|source| GatewayError::Runtime { source })
}

/// Starts a thread that ends at once. The runtime and the log's writer panic where the machine starts no thread; after
/// this they do so only if the last thread was just taken.
pub(crate) fn check_threads() -> Result<()> {
    let _ = spawn("northbound-check", || ())?.join();
    Ok(())
}

/// Starts a thread, which logs where this thread does; a failure is a fault of the machine.
pub(crate) fn spawn<T: Send + 'static>(
    name: &'static str,
    run: impl FnOnce() -> T + Send + 'static,
) -> Result<std::thread::JoinHandle<T>> {
    let log = dispatcher::get_default(Dispatch::clone);
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || with_default(&log, run))
        .map_err(|source| GatewayError::Thread { name, source })
}

fn serve_users(
    runtime: &Runtime,
    socket: Listening,
    limits: Limits,
    acceptor: Option<tls::Acceptor>,
    stopping: watch::Receiver<bool>,
    users: Arc<UserInterface>,
) -> tokio::task::JoinHandle<()> {
    let counted = Arc::clone(&users);
    let connections = limits.of_connections();
    let socket = socket
        .observed(move |change| counted.connections(change))
        .knowing(move |address| limits.is_known(address));
    runtime.spawn(socket.run(connections, acceptor, stopping, move |request, peer| {
        let users = Arc::clone(&users);
        async move { users.answer(request, &peer).await }
    }))
}

/// Records what was counted of unverified senders whenever a window ends, until the service stops.
fn record_strangers(
    runtime: &Runtime,
    users: Arc<UserInterface>,
    mut stopping: watch::Receiver<bool>,
) {
    runtime.spawn(async move {
        loop {
            tokio::select! {
                _ = stopping.wait_for(|s| *s) => return,
                () = tokio::time::sleep(STRANGERS) => users.record_strangers(false),
            }
        }
    });
}

fn serve_control(
    runtime: &Runtime,
    socket: Listening,
    stopping: watch::Receiver<bool>,
    interface: Arc<Interface>,
) -> tokio::task::JoinHandle<()> {
    let capacity = Capacity {
        connections: CONTROL_CONNECTIONS,
        reserved: 0,
        each_address: CONTROL_CONNECTIONS,
    };
    let limits = ConnectionLimits { capacity, ..Limits::default().of_connections() };
    let router = control::router(interface);
    runtime.spawn(socket.run(limits, None, stopping, move |request, _| {
        let answer = router.clone().oneshot(request);
        async move { answer.await.unwrap_or_else(|never| match never {}) }
    }))
}

/// Connections to the loopback interface.
const CONTROL_CONNECTIONS: usize = 64;

/// Returns when the process is asked to end; calls `registered` as soon as it would notice.
async fn signalled(registered: impl FnOnce()) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut term), Ok(mut int)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return std::future::pending().await;
        };
        registered();
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
    }
    #[cfg(not(unix))]
    registered();
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
