//! What the C library does with memory that is given back.

/// Keeps memory that is given back for the next tensor of its size, on Linux with GNU's C library.
///
/// A step of training allocates what the step before gave back. That library hands freed memory to the system again and again, which fills
/// each page with zeros when it comes back: ten thousand pages a step of `nano`, 6 % of the time. A program does this once, before it starts
/// a thread; it keeps the most memory that it ever needed at once.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    keep();
}

/// Larger allocations are the system's, always: the most that the library allows.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED: libc::c_int = 32 << 20;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "the two numbers are read by the allocator alone, which checks them; a refusal costs time only"
)]
fn keep() {
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, libc::c_int::MAX);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED);
    }
}
