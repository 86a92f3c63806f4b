//! What goes wrong, where and when. Times are µs UTC, half-open.

use northbound_types::{Day, Region};

/// What kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing gets through: the network says that there is no route.
    Outage,
    /// Everything takes longer: times `percent` ÷ 100.
    Slow {
        /// 300 is three times as long.
        percent: i64,
    },
    /// More Commands vanish, ppm on top of the region's own.
    Loss {
        /// Parts in a million.
        ppm: u64,
    },
    /// Supply fails at so many hubs, chosen by the seed. Where it is still out after three minutes
    /// each raises AD1; Commands to them vanish.
    PowerCut {
        /// How many hubs (all there are, where there are fewer).
        hubs: u32,
    },
    /// The provider's reporting tool is faulty. The network itself is not touched; whoever writes
    /// the provider's logs reads this.
    ReportingTool,
}

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The region.
    pub region: Region,
    /// First instant, µs UTC.
    pub from: i64,
    /// First instant after it, µs UTC.
    pub until: i64,
    /// The kind of fault.
    pub trouble: Trouble,
}

impl Fault {
    /// Whole days: `first` to `last`, both included.
    #[must_use]
    pub fn days(region: Region, first: Day, last: Day, trouble: Trouble) -> Fault {
        Fault { region, from: first.start().0, until: last.end().0, trouble }
    }
    /// Does it hold at the instant, there?
    #[must_use]
    pub fn holds(&self, region: Region, at: i64) -> bool {
        self.region == region && (self.from..self.until).contains(&at)
    }
}
