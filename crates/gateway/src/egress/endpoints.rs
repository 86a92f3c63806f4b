//! Where Users want their messages: a small file of its own, since an address decides nothing.

use crate::error::{GatewayError, Result};
use northbound_transport::{Url, UrlError};
use northbound_types::{Eui64, RequestId};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tracing::warn;

/// Responses that may have a way of their own at the same time; the oldest gives way.
pub const ROUTES: usize = 4_096;
/// File in the data folder.
pub const FILE: &str = "endpoints.json";

/// Where the messages of a User go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The User.
    pub user: Eui64,
    /// The address.
    pub url: String,
}

fn read(path: &Path) -> Result<Vec<Endpoint>> {
    let text = match fs::read_to_string(path) {
        Ok(t) => t,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(GatewayError::io("read", path)(e)),
    };
    serde_json::from_str(&text)
        .map_err(|e| GatewayError::Config { path: path.to_owned(), why: e.to_string() })
}

fn write(path: &Path, listed: &[Endpoint]) -> std::io::Result<()> {
    let tmp = path.with_extension("tmp");
    fs::write(&tmp, serde_json::to_string_pretty(listed).unwrap_or_default())?;
    fs::rename(&tmp, path)
}

/// Notes where messages of a User go, for the next service that runs on the data folder.
///
/// # Errors
/// A file that cannot be understood or written.
pub fn note(data: &Path, user: Eui64, url: &Url) -> Result<()> {
    let path = data.join(FILE);
    let mut listed = read(&path)?;
    listed.retain(|e| e.user != user);
    listed.push(Endpoint { user, url: url.to_string() });
    write(&path, &listed).map_err(GatewayError::io("write", &path))
}

#[derive(Default)]
struct Known {
    users: BTreeMap<Eui64, Arc<Url>>,
    routes: HashMap<RequestId, Arc<Url>>,
    order: VecDeque<RequestId>,
}

/// Every endpoint.
#[derive(Clone)]
pub struct Endpoints {
    path: PathBuf,
    known: Arc<Mutex<Known>>,
}

impl Endpoints {
    /// Reads the file of the data folder; nothing where there is none.
    ///
    /// # Errors
    /// A file that cannot be understood.
    pub fn load(data: &Path) -> Result<Endpoints> {
        let path = data.join(FILE);
        let mut known = Known::default();
        for e in read(&path)? {
            let url = e.url.parse().map_err(|e: UrlError| GatewayError::Config {
                path: path.clone(),
                why: e.to_string(),
            })?;
            known.users.insert(e.user, Arc::new(url));
        }
        Ok(Endpoints { path, known: Arc::new(Mutex::new(known)) })
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn direct(&self, user: Eui64, url: Option<Url>) {
        let mut known = self.lock();
        match url {
            Some(u) => {
                known.users.insert(user, Arc::new(u));
            }
            None => {
                known.users.remove(&user);
            }
        }
        let listed: Vec<Endpoint> = known
            .users
            .iter()
            .map(|(user, url)| Endpoint { user: *user, url: url.to_string() })
            .collect();
        drop(known);
        if let Err(e) = write(&self.path, &listed) {
            warn!(event = "endpoints.not-written", path = %self.path.display(), why = %e);
        }
    }

    pub(super) fn route(&self, request: RequestId, url: Url) {
        let mut known = self.lock();
        if known.order.len() >= ROUTES
            && let Some(old) = known.order.pop_front()
        {
            known.routes.remove(&old);
        }
        if known.routes.insert(request, Arc::new(url)).is_none() {
            known.order.push_back(request);
        }
    }

    /// Where a message goes.
    pub(super) fn of(&self, user: Eui64, request: Option<RequestId>) -> Option<Arc<Url>> {
        let known = self.lock();
        request.and_then(|r| known.routes.get(&r)).or_else(|| known.users.get(&user)).cloned()
    }

    /// Is there no way to this User at all?
    pub(super) fn has_none(&self, user: Eui64) -> bool {
        let known = self.lock();
        known.routes.is_empty() && !known.users.contains_key(&user)
    }

    pub(super) fn list(&self) -> Vec<Endpoint> {
        self.lock()
            .users
            .iter()
            .map(|(user, url)| Endpoint { user: *user, url: url.to_string() })
            .collect()
    }
}
