//! Types that every other crate shares: identities, message states with their transitions and
//! books, figures, periods, dimensions. No I/O, no clock, no randomness.
//!
//! `ARCHITECTURE.md` gives the decisions behind them.

pub mod actor;
pub mod advice;
pub mod books;
pub mod cells;
pub mod command_variant;
pub mod correlation;
pub mod figure;
pub mod id;
pub mod incident;
pub mod kinds;
pub mod percent;
pub mod printable;
pub mod state;
pub mod text_enum;
pub mod time;
pub mod word;
pub mod workdays;

pub use actor::{Actor, same_person};
pub use books::{BookKey, Books, BooksError};
pub use cells::{CellRow, Cells, Dim, LatencyRow, Selector};
pub use command_variant::CommandVariant;
pub use correlation::Correlation;
pub use figure::{Figure, FigureState, Null, NullReason, Quantity, Ratio, Reading, Stated, Value};
pub use id::{Eui64, Leg, MessageId, RequestId};
pub use incident::{IncidentEventKind, IncidentId, IncidentState};
pub use kinds::{ForecastKind, Generation, Kind, Mode, Region, ServiceKind, Severity, TestKind};
pub use state::{AlertState, RequestState, Timeliness};
pub use time::{Day, Period, Utc};
pub use word::{AlertCode, ResponseCode, Srv};
