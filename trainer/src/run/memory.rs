//! The memory that this process has used.

/// Peak resident memory of this process in bytes, as the kernel counts it (`VmHWM` in `/proc/self/status`).
/// `None` where there is no such file, as outside Linux.
pub fn peak_memory_bytes() -> Option<u64> {
    peak_in(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Reads the line `VmHWM:   1234 kB` (kB are 1024 bytes there).
fn peak_in(status: &str) -> Option<u64> {
    let rest = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = rest.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_read_in_kibibytes() {
        let status = "Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t    1234 kB\nVmRSS:\t 5 kB\n";
        assert_eq!(peak_in(status), Some(1234 * 1024));
        assert_eq!(peak_in("VmRSS:\t 5 kB\n"), None);
        assert_eq!(peak_in("VmHWM:\t five kB\n"), None);
        assert_eq!(peak_in(&format!("VmHWM: {} kB", u64::MAX)), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_peak_grows_by_what_is_touched() {
        let before = peak_memory_bytes().unwrap();
        let size = 2 * before as usize;
        let held = vec![1u8; size];
        assert!(held.iter().map(|&byte| usize::from(byte)).sum::<usize>() == size);
        assert!(peak_memory_bytes().unwrap() > before + before / 2);
    }
}
