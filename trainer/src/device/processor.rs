//! What is known of the processor.

/// The processor of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processor {
    /// Its name, where the system tells it; else its architecture.
    pub name: String,
    /// Threads that can run at once.
    pub cores: usize,
    /// Bytes of the machine's memory, where the system tells them: on Linux.
    pub memory: Option<u64>,
    /// The vector instructions that matrix products can use here.
    pub vectors: Vec<&'static str>,
}

impl Processor {
    /// The one that this runs on.
    pub fn here() -> Self {
        let read = |path| std::fs::read_to_string(path).ok();
        let name = read("/proc/cpuinfo").and_then(|text| field(&text, "model name"));
        let memory = read("/proc/meminfo").and_then(|text| kibibytes(&field(&text, "MemTotal")?));
        Processor {
            name: name.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: super::cores(None),
            memory,
            vectors: vectors(),
        }
    }
}

/// The value of the first line `key : value`.
fn field(text: &str, key: &str) -> Option<String> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = pairs.find(|(name, _)| name.trim() == key)?;
    Some(value.trim().to_owned())
}

/// `16384 kB` in bytes.
fn kibibytes(value: &str) -> Option<u64> {
    value
        .strip_suffix("kB")?
        .trim()
        .parse::<u64>()
        .ok()?
        .checked_mul(1024)
}

#[cfg(target_arch = "x86_64")]
fn vectors() -> Vec<&'static str> {
    let known = [
        ("sse4.2", is_x86_feature_detected!("sse4.2")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ];
    there(&known)
}

#[cfg(target_arch = "aarch64")]
fn vectors() -> Vec<&'static str> {
    there(&[("neon", std::arch::is_aarch64_feature_detected!("neon"))])
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn vectors() -> Vec<&'static str> {
    Vec::new()
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn there(known: &[(&'static str, bool)]) -> Vec<&'static str> {
    let there = known.iter().filter(|(_, there)| *there);
    there.map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_files_are_read_line_by_line() {
        let text = "processor\t: 0\nmodel name\t: Some CPU: fast\nmodel name\t: other\n";
        assert_eq!(field(text, "model name").unwrap(), "Some CPU: fast");
        assert_eq!(field(text, "model"), None);
        assert_eq!(kibibytes("16 kB"), Some(16_384));
        assert_eq!(kibibytes("16 MB"), None);
        assert_eq!(kibibytes("18446744073709551615 kB"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_machine_is_known() {
        let here = Processor::here();
        assert!(!here.name.is_empty() && here.cores > 0);
        assert!(here.memory.unwrap() > 1 << 28);
    }
}
