//! The database: opened, brought to the newest layout, backed up and restored.

use crate::{
    chain::{self, ChainReport, Head},
    error::RegisterError,
    gate::Gate,
    sql::{self, MIGRATIONS, Migration},
};
use northbound_types::{Actor, Utc};
use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// How long a writer waits for another before it gives up, seconds.
pub const BUSY_SECONDS: u64 = 60;
/// Pages copied between two looks at whether somebody else waits.
const PAGES_AT_ONCE: i32 = 1_000;
/// Name of the database in the data folder.
pub const FILE_NAME: &str = "registers.sqlite";

/// The registers. One connection; open one for each thread and process.
#[derive(Debug)]
pub struct Store {
    pub(crate) db: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the registers, makes them where there are none, and brings old ones to the newest
    /// layout. `now` is written beside each step taken.
    ///
    /// # Errors
    /// [`RegisterError::Open`], [`RegisterError::Newer`] where a newer program wrote them,
    /// [`RegisterError::Migration`], [`RegisterError::Busy`].
    pub fn open(path: &Path, now: Utc) -> Result<Store, RegisterError> {
        Self::open_with(path, now, MIGRATIONS)
    }

    /// As [`Store::open`], as a program would that knows only these layouts. For tests of upgrades.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(
        path: &Path,
        now: Utc,
        migrations: &[Migration],
    ) -> Result<Store, RegisterError> {
        let open = |source| RegisterError::Open { path: path.to_owned(), source };
        let db = connect(Connection::open(path), path)?;
        refuse_newer(&db, migrations)?;
        write_ahead(&db).map_err(open)?;
        migrate(&db, now, migrations)?;
        Ok(Store { db, path: path.to_owned() })
    }

    /// Opens the registers to read them, and leaves the file as it is. Where there is none, the
    /// registers are empty; where an earlier program wrote it, they are a copy in memory, brought to
    /// the newest layout. A folder that cannot be written to will do.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn read(path: &Path, now: Utc) -> Result<Store, RegisterError> {
        let store = Self::rehearse(path, now)?;
        store.db.pragma_update(None, "query_only", true)?;
        Ok(store)
    }

    /// As [`Store::read`], for a dry run: what is written must be rolled back.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn rehearse(path: &Path, now: Utc) -> Result<Store, RegisterError> {
        let empty = || connect(Connection::open_in_memory(), path);
        if !path.exists() {
            let db = empty()?;
            migrate(&db, now, MIGRATIONS)?;
            return Ok(Store { db, path: path.to_owned() });
        }
        let db = read_only(path)?;
        refuse_newer(&db, MIGRATIONS)?;
        if layout(&db)? == known_to(MIGRATIONS) {
            return Ok(Store { db, path: path.to_owned() });
        }
        let mut copy = empty()?;
        rusqlite::backup::Backup::new(&db, &mut copy)?.run_to_completion(
            PAGES_AT_ONCE,
            Duration::ZERO,
            None,
        )?;
        migrate(&copy, now, MIGRATIONS)?;
        Ok(Store { db: copy, path: path.to_owned() })
    }

    /// How long a writer waits for another; [`BUSY_SECONDS`] unless set.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn wait_at_most(&self, wait: Duration) -> Result<(), RegisterError> {
        Ok(self.db.busy_timeout(wait)?)
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The one way in: everything read or written goes through the gate of an actor.
    #[must_use]
    pub fn as_actor(&self, actor: &Actor) -> Gate<'_> {
        Gate::new(self, actor)
    }

    /// The newest revision, 0 where nothing was ever kept. What the ledger's manifest cites.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn revision(&self) -> Result<i64, RegisterError> {
        Ok(self.db.query_row(sql::REVISION_LAST, [], |r| r.get(0))?)
    }

    /// The newest revision recorded at or before a time; the newest of all for `None`.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn revision_at(&self, as_at: Option<Utc>) -> Result<i64, RegisterError> {
        match as_at {
            None => self.revision(),
            Some(t) => Ok(self.db.query_row(sql::REVISION_AT, [t.0], |r| r.get(0))?),
        }
    }

    /// When a revision was recorded; `None` where there is no such revision.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn recorded(&self, revision: i64) -> Result<Option<Utc>, RegisterError> {
        Ok(self.db.query_row(sql::RECORDED_OF, [revision], |r| r.get(0)).optional()?.map(Utc))
    }

    /// The newest revision with the hash that stands for the whole history; `None` where nothing was
    /// ever recorded.
    ///
    /// # Errors
    /// [`RegisterError::Sql`], [`RegisterError::Damaged`] where the hash cannot be read.
    pub fn head(&self) -> Result<Option<Head>, RegisterError> {
        chain::head(&self.db, &self.path)
    }

    /// As [`Store::head`], as it was at a revision; `None` where there is no such revision.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn head_at(&self, revision: i64) -> Result<Option<Head>, RegisterError> {
        chain::at(&self.db, &self.path, revision)
    }

    /// Computes the chain of the whole history again and compares. Whoever can write the file can
    /// also compute a new chain: only a head that is stored elsewhere shows that.
    ///
    /// # Errors
    /// [`RegisterError::Sql`]. What does not fit is in the report.
    pub fn verify_chain(&self) -> Result<ChainReport, RegisterError> {
        chain::verify(&self.db)
    }

    /// Writes a consistent copy while others go on reading and writing. Refuses to overwrite.
    ///
    /// # Errors
    /// [`RegisterError::Io`] where the target exists, [`RegisterError::Sql`].
    pub fn backup(&self, to: &Path) -> Result<(), RegisterError> {
        refuse_existing("write a backup to", to)?;
        let name = to.to_str().ok_or_else(|| RegisterError::Io {
            what: "write a backup to",
            path: to.to_owned(),
            source: std::io::Error::new(
                std::io::ErrorKind::InvalidInput,
                "the path is not UTF-8; choose another",
            ),
        })?;
        // Registers that were opened to be read may still be copied to another file.
        let only: bool = self.db.pragma_query_value(None, "query_only", |r| r.get(0))?;
        self.db.pragma_update(None, "query_only", false)?;
        let copied = self.db.execute(sql::BACKUP, [name]);
        self.db.pragma_update(None, "query_only", only)?;
        copied?;
        std::fs::File::open(to).and_then(|f| f.sync_all()).map_err(|source| RegisterError::Io {
            what: "sync",
            path: to.to_owned(),
            source,
        })
    }

    /// Checks the file's own structure and that nothing points into the void.
    ///
    /// # Errors
    /// [`RegisterError::Damaged`] with what was found, [`RegisterError::Sql`].
    pub fn check(&self) -> Result<(), RegisterError> {
        let damaged =
            |what: String| RegisterError::Damaged { path: self.path.clone(), what, source: None };
        let found: String =
            self.db.query_row(sql::INTEGRITY, [], |r| r.get(0)).map_err(|source| {
                RegisterError::Damaged {
                    path: self.path.clone(),
                    what: source.to_string(),
                    source: Some(source),
                }
            })?;
        if found != "ok" {
            return Err(damaged(found));
        }
        let mut s = self.db.prepare(sql::FOREIGN_KEYS)?;
        let mut rows = s.query([])?;
        match rows.next()? {
            None => Ok(()),
            Some(row) => Err(damaged(format!(
                "a row of {} refers to a missing row of {}",
                row.get::<_, String>(0)?,
                row.get::<_, String>(2)?
            ))),
        }
    }

    pub(crate) fn begin(&self) -> Result<Transaction<'_>, RegisterError> {
        Ok(Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?)
    }
}

/// Puts a backup in place: checked before anything is written, and never over existing registers.
///
/// # Errors
/// [`RegisterError::Io`] where the target exists, [`RegisterError::Damaged`], [`RegisterError::Newer`].
pub fn restore(backup: &Path, to: &Path) -> Result<(), RegisterError> {
    refuse_existing("restore to", to)?;
    let open = |source| RegisterError::Open { path: backup.to_owned(), source };
    let db = Connection::open_with_flags(backup, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(open)?;
    let store = Store { db, path: backup.to_owned() };
    store.check()?;
    if store.db.query_row(sql::HAS_SCHEMA, [], |r| r.get::<_, i64>(0))? == 0 {
        return Err(RegisterError::Damaged {
            path: backup.to_owned(),
            what: "it contains no registers".to_owned(),
            source: None,
        });
    }
    refuse_newer(&store.db, MIGRATIONS)?;
    // Written beside and renamed, so that a broken restore leaves nothing that looks whole.
    let part = to.with_extension("restoring");
    if part.exists() {
        std::fs::remove_file(&part).map_err(|source| RegisterError::Io {
            what: "remove the remains of an earlier restore",
            path: part.clone(),
            source,
        })?;
    }
    store.backup(&part)?;
    std::fs::rename(&part, to).map_err(|source| RegisterError::Io {
        what: "move into place",
        path: to.to_owned(),
        source,
    })
}

fn refuse_existing(what: &'static str, path: &Path) -> Result<(), RegisterError> {
    if !path.exists() {
        return Ok(());
    }
    Err(RegisterError::Io {
        what,
        path: path.to_owned(),
        source: std::io::Error::new(
            std::io::ErrorKind::AlreadyExists,
            "the path already exists; move it away or choose another",
        ),
    })
}

fn known_to(migrations: &[Migration]) -> i64 {
    migrations.iter().map(|m| m.version).max().unwrap_or(0)
}

/// A connection with our settings.
fn connect(opened: rusqlite::Result<Connection>, path: &Path) -> Result<Connection, RegisterError> {
    let open = |source| RegisterError::Open { path: path.to_owned(), source };
    let db = opened.map_err(open)?;
    db.busy_timeout(Duration::from_secs(BUSY_SECONDS)).map_err(open)?;
    db.execute_batch(sql::PRAGMAS).map_err(open)?;
    Ok(db)
}

/// A connection that makes no file. With the right to write, the last connection to close removes
/// SQLite's `-wal` and `-shm` files again. Without it, or without space for these files, a database
/// that no writer has open is read as it lies on the disk.
fn read_only(path: &Path) -> Result<Connection, RegisterError> {
    let usable = |flags: OpenFlags, name: &std::ffi::OsStr| {
        let db = connect(Connection::open_with_flags(name, flags), path)?;
        layout(&db)?;
        Ok(db)
    };
    let own = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let first = usable(own | OpenFlags::SQLITE_OPEN_READ_WRITE, path.as_os_str());
    // An empty `-wal` file holds nothing: the attempt may have made it and then found no space.
    let pending = std::fs::metadata(path.with_extension("sqlite-wal")).is_ok_and(|m| m.len() > 0);
    if first.is_ok() || pending {
        return first;
    }
    let url = format!("file:{}?immutable=1", escaped(path));
    usable(own | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI, url.as_ref())
        .or(first)
}

/// A path as a URI of SQLite writes it.
fn escaped(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

/// The version of the layout; 0 for an empty database.
fn layout(db: &Connection) -> Result<i64, RegisterError> {
    if db.query_row(sql::HAS_SCHEMA, [], |r| r.get::<_, i64>(0))? == 0 {
        return Ok(0);
    }
    Ok(db.query_row(sql::SCHEMA_VERSION, [], |r| r.get(0))?)
}

/// Before anything is written: a newer layout is left exactly as it is.
fn refuse_newer(db: &Connection, migrations: &[Migration]) -> Result<(), RegisterError> {
    let found = layout(db)?;
    let known = known_to(migrations);
    if found > known {
        return Err(RegisterError::Newer { found, known });
    }
    Ok(())
}

/// Readers do not wait for a writer. Two processes that make the file at once may collide here
/// without the busy handler being asked, hence the retries.
fn write_ahead(db: &Connection) -> rusqlite::Result<()> {
    const TRIES: u32 = 100;
    const PAUSE: Duration = Duration::from_millis(20);
    let mut tried = 0;
    loop {
        match db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())) {
            Err(e)
                if tried < TRIES
                    && e.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) =>
            {
                tried += 1;
                std::thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

/// All steps that are missing, in one transaction.
fn migrate(db: &Connection, now: Utc, migrations: &[Migration]) -> Result<(), RegisterError> {
    let tx = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
    tx.execute(sql::CREATE_SCHEMA, [])?;
    let have: i64 = tx.query_row(sql::SCHEMA_VERSION, [], |r| r.get(0))?;
    for m in migrations.iter().filter(|m| m.version > have) {
        let failed = |source| RegisterError::Migration { version: m.version, note: m.note, source };
        tx.execute_batch(m.sql).map_err(failed)?;
        tx.execute(sql::SCHEMA_ADD, params![m.version, m.note, env!("CARGO_PKG_VERSION"), now.0])
            .map_err(failed)?;
        if m.version == chain::SINCE_LAYOUT {
            chain::adopt(&tx)?;
        }
    }
    tx.commit()?;
    Ok(())
}
