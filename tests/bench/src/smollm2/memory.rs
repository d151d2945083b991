//! The memory of this process at its highest, as Linux counts it; unknown elsewhere.

use std::fs;

/// Begins a new count: the peak is what is in memory now.
pub(super) fn forget_peak() {
    // Where this is refused, the count goes on from what it was, and the peak is at most too high.
    fs::write("/proc/self/clear_refs", "5").ok();
}

/// Bytes in memory at most since then.
pub(super) fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(1024 * kibibytes)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_what_was_held_at_once() {
        forget_peak();
        let before = peak().unwrap();
        let held = vec![1u8; 64 << 20];
        assert!(held.iter().all(|&byte| byte == 1));
        drop(held);
        let after = peak().unwrap();
        assert!((before + (60 << 20)..before + (200 << 20)).contains(&after));
    }
}
