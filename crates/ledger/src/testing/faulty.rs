//! A store in memory that forgets what was not synced and tears it on a crash, and refuses on
//! request. Everything follows from its seed.

use crate::journal::Storage;
use std::{
    collections::{BTreeMap, VecDeque},
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// A sector: written whole or not at all.
const SECTOR: usize = 512;

/// Something that goes wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No more than this many bytes fit on the disk (ENOSPC); lift it with a larger number.
    Room(u64),
    /// The next append fails (EIO) after a part of its bytes.
    Append,
    /// The next sync fails (EIO). What was not synced is lost, though it can still be read until the
    /// next crash, and a later sync that succeeds does not bring it back: as the page cache of Linux.
    Sync,
    /// Every sync takes this long from now on.
    SlowSync(Duration),
    /// The store stops at the n-th operation from now, as a machine that loses power does; every
    /// operation fails until [`Faulty::restart`].
    CrashAfter(u64),
}

#[derive(Debug, Clone, Default)]
struct Inode {
    durable: Vec<u8>,
    live: Vec<u8>,
    /// Bytes below this that are not durable were lost by a failed sync.
    lost: usize,
}

#[derive(Debug, Clone)]
enum Name {
    Set(String, usize),
    Rename(String, String),
    Remove(String),
}

struct World {
    dice: u64,
    epoch: u64,
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// Changes of names since the folder was last synced.
    pending: VecDeque<Name>,
    locked: bool,
    room: u64,
    fail_append: bool,
    fail_sync: bool,
    slow: Duration,
    crash_in: Option<u64>,
    stopped: bool,
    syncs: u64,
}

/// The store. Clones share it; a crash makes every open file and lock of before useless.
#[derive(Clone)]
pub struct Faulty {
    world: Arc<Mutex<World>>,
}

/// An open file of a [`Faulty`].
#[derive(Debug)]
pub struct FaultyFile {
    inode: usize,
    epoch: u64,
}

/// A held lock of a [`Faulty`].
pub struct FaultyLock {
    world: Arc<Mutex<World>>,
    epoch: u64,
}

impl Drop for FaultyLock {
    fn drop(&mut self) {
        let mut w = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        if w.epoch == self.epoch {
            w.locked = false;
        }
    }
}

fn broken() -> io::Error {
    io::Error::other("input/output error (made up)")
}
fn stopped() -> io::Error {
    io::Error::other("the machine has stopped (made up)")
}

impl World {
    fn roll(&mut self, n: u64) -> u64 {
        self.dice = self.dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n.max(1)
    }

    /// Counts one operation, and stops the machine where its time has come.
    fn operation(&mut self) -> io::Result<()> {
        if self.stopped {
            return Err(stopped());
        }
        if let Some(n) = &mut self.crash_in {
            if *n == 0 {
                self.stopped = true;
                return Err(stopped());
            }
            *n -= 1;
        }
        Ok(())
    }

    fn file(&mut self, f: &FaultyFile) -> io::Result<&mut Inode> {
        if f.epoch != self.epoch {
            return Err(stopped());
        }
        self.inodes.get_mut(f.inode).ok_or_else(broken)
    }

    fn named(&self, name: &str) -> io::Result<usize> {
        self.names.get(name).copied().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn used(&self) -> u64 {
        self.names.values().filter_map(|&i| self.inodes.get(i)).map(|i| i.live.len() as u64).sum()
    }

    /// What is left of a file after a crash: the durable bytes, and of the others any sectors or none.
    fn torn(&mut self, i: usize) {
        let inode = std::mem::take(&mut self.inodes[i]);
        let (durable, live) = (inode.durable, inode.live);
        let kept = live.len().min(durable.len());
        // A cut that was not synced may have happened or not.
        if live.len() < durable.len() {
            let back = if self.roll(2) == 0 { live } else { durable };
            self.inodes[i] = Inode { durable: back.clone(), live: back, lost: 0 };
            return;
        }
        let mut out = live.clone();
        match self.roll(4) {
            // Nothing of it.
            0 => out.truncate(kept),
            // The first sectors of it, the last of them cut anywhere.
            1 => out.truncate(kept + self.roll((live.len() - kept) as u64 + 1) as usize),
            // All of its length, but any sector may be zeros or garbage.
            2 => {
                for s in kept / SECTOR..live.len().div_ceil(SECTOR) {
                    let range = (s * SECTOR).max(kept)..((s + 1) * SECTOR).min(live.len());
                    match self.roll(3) {
                        0 => out[range].fill(0),
                        1 => {
                            for k in range {
                                out[k] = self.roll(256) as u8;
                            }
                        }
                        _ => {}
                    }
                }
            }
            // All of it.
            _ => {}
        }
        for b in out.iter_mut().take(inode.lost).skip(kept) {
            *b = 0;
        }
        self.inodes[i] = Inode { durable: out.clone(), live: out, lost: 0 };
    }

    fn crash(&mut self) {
        self.epoch += 1;
        self.locked = false;
        let keep = self.roll(self.pending.len() as u64 + 1);
        for _ in 0..keep {
            match self.pending.pop_front() {
                Some(Name::Set(n, i)) => {
                    self.durable_names.insert(n, i);
                }
                Some(Name::Rename(a, b)) => {
                    if let Some(i) = self.durable_names.remove(&a) {
                        self.durable_names.insert(b, i);
                    }
                }
                Some(Name::Remove(n)) => {
                    self.durable_names.remove(&n);
                }
                None => {}
            }
        }
        self.pending.clear();
        self.names = self.durable_names.clone();
        for i in 0..self.inodes.len() {
            self.torn(i);
        }
        self.stopped = false;
        self.crash_in = None;
        self.fail_append = false;
        self.fail_sync = false;
    }
}

impl Faulty {
    /// An empty store; its crashes follow from the seed.
    #[must_use]
    pub fn new(seed: u64) -> Faulty {
        Faulty {
            world: Arc::new(Mutex::new(World {
                dice: seed,
                epoch: 0,
                inodes: Vec::new(),
                names: BTreeMap::new(),
                durable_names: BTreeMap::new(),
                pending: VecDeque::new(),
                locked: false,
                room: u64::MAX,
                fail_append: false,
                fail_sync: false,
                slow: Duration::ZERO,
                crash_in: None,
                stopped: false,
                syncs: 0,
            })),
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has something go wrong.
    pub fn fault(&self, fault: Fault) {
        let mut w = self.world();
        match fault {
            Fault::Room(n) => w.room = n,
            Fault::Append => w.fail_append = true,
            Fault::Sync => w.fail_sync = true,
            Fault::SlowSync(d) => w.slow = d,
            Fault::CrashAfter(n) => w.crash_in = Some(n),
        }
    }

    /// The power fails and comes back: what was not synced is gone, torn or there; open files and locks
    /// are useless. A limited room stays.
    pub fn restart(&self) {
        self.world().crash();
    }

    /// Has the machine stopped by itself ([`Fault::CrashAfter`])?
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        self.world().stopped
    }

    /// Bytes in all files.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.world().used()
    }

    /// Syncs of files that succeeded.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.world().syncs
    }

    /// A file's bytes as they can be read now.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let w = self.world();
        w.names.get(name).and_then(|&i| w.inodes.get(i)).map(|i| i.live.clone())
    }

    /// Changes bytes of a file, durably: damage, or an edit by hand.
    pub fn overwrite(&self, name: &str, bytes: &[u8]) {
        let mut w = self.world();
        let i = w.names.get(name).copied().unwrap_or(w.inodes.len());
        if i == w.inodes.len() {
            w.inodes.push(Inode::default());
        }
        w.inodes[i] = Inode { durable: bytes.to_vec(), live: bytes.to_vec(), lost: 0 };
        w.names.insert(name.to_owned(), i);
        w.durable_names.insert(name.to_owned(), i);
    }

    /// A second store with the same durable files, and its own seed.
    #[must_use]
    pub fn copy(&self, seed: u64) -> Faulty {
        let other = Faulty::new(seed);
        let w = self.world();
        for (name, &i) in &w.durable_names {
            other.overwrite(name, &w.inodes[i].durable);
        }
        drop(w);
        other
    }
}

impl Storage for Faulty {
    type File = FaultyFile;
    type Lock = FaultyLock;

    fn path_of(&self, name: &str) -> PathBuf {
        PathBuf::from("memory").join(name)
    }

    fn lock(&self, _: &str) -> io::Result<Option<FaultyLock>> {
        let mut w = self.world();
        w.operation()?;
        if w.locked {
            return Ok(None);
        }
        w.locked = true;
        Ok(Some(FaultyLock { world: self.world.clone(), epoch: w.epoch }))
    }

    fn create(&self, name: &str) -> io::Result<FaultyFile> {
        let mut w = self.world();
        w.operation()?;
        if w.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let inode = w.inodes.len();
        w.inodes.push(Inode::default());
        w.names.insert(name.to_owned(), inode);
        w.pending.push_back(Name::Set(name.to_owned(), inode));
        Ok(FaultyFile { inode, epoch: w.epoch })
    }

    fn open(&self, name: &str) -> io::Result<FaultyFile> {
        let mut w = self.world();
        w.operation()?;
        Ok(FaultyFile { inode: w.named(name)?, epoch: w.epoch })
    }

    fn append(&self, file: &mut FaultyFile, bytes: &[u8]) -> io::Result<()> {
        let mut w = self.world();
        let stopping = w.operation();
        let room = w.room.saturating_sub(w.used());
        let part = w.roll(bytes.len() as u64 + 1) as usize;
        let failing = std::mem::take(&mut w.fail_append);
        // A machine that stops in the middle of a write has written some of it.
        let n = if stopping.is_err() || failing { part } else { bytes.len() }
            .min(usize::try_from(room).unwrap_or(usize::MAX));
        w.file(file)?.live.extend_from_slice(&bytes[..n]);
        stopping?;
        if failing {
            return Err(broken());
        }
        if n < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn sync(&self, file: &mut FaultyFile) -> io::Result<()> {
        let slow = self.world().slow;
        if !slow.is_zero() {
            std::thread::sleep(slow);
        }
        let mut w = self.world();
        w.operation()?;
        let failing = std::mem::take(&mut w.fail_sync);
        let inode = w.file(file)?;
        if failing {
            inode.lost = inode.live.len();
            return Err(broken());
        }
        let kept = inode.durable.len();
        let mut durable = inode.live.clone();
        for b in durable.iter_mut().take(inode.lost).skip(kept) {
            *b = 0;
        }
        inode.durable = durable;
        inode.lost = inode.lost.min(kept);
        w.syncs += 1;
        Ok(())
    }

    fn truncate(&self, file: &mut FaultyFile, len: u64) -> io::Result<()> {
        let mut w = self.world();
        w.operation()?;
        let inode = w.file(file)?;
        inode.live.resize(len as usize, 0);
        inode.lost = inode.lost.min(len as usize);
        Ok(())
    }

    fn read_at(&self, name: &str, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut w = self.world();
        w.operation()?;
        let i = w.named(name)?;
        let live = &w.inodes[i].live;
        let from = (offset as usize).min(live.len());
        let n = into.len().min(live.len() - from);
        into[..n].copy_from_slice(&live[from..from + n]);
        Ok(n)
    }

    fn len(&self, name: &str) -> io::Result<u64> {
        let mut w = self.world();
        w.operation()?;
        let i = w.named(name)?;
        Ok(w.inodes[i].live.len() as u64)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut w = self.world();
        w.operation()?;
        Ok(w.names.keys().cloned().collect())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut w = self.world();
        w.operation()?;
        let i = w.named(from)?;
        w.names.remove(from);
        w.names.insert(to.to_owned(), i);
        w.pending.push_back(Name::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut w = self.world();
        w.operation()?;
        w.named(name)?;
        w.names.remove(name);
        w.pending.push_back(Name::Remove(name.to_owned()));
        Ok(())
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut w = self.world();
        w.operation()?;
        w.pending.clear();
        w.durable_names = w.names.clone();
        Ok(())
    }
}
