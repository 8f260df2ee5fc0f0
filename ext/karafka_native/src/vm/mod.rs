//! The border to the Ruby VM: its lock, its errors, forks.

pub mod errors;
pub mod fork;
pub mod gc;
pub mod lock;
pub mod names;
pub mod native_part;
pub mod part;
pub mod turn;
