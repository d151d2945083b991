//! The devices as a table for a terminal.

use super::table::{NONE, Style, drawn, new_table};
use crate::device::DeviceReport;

/// A row for each device.
pub fn table(devices: &[DeviceReport]) -> String {
    let header = ["device", "adapter", "memory", "formats", "known answers"];
    let mut table = new_table(Style::Terminal, &header);
    for device in devices {
        table.add_row([
            device.device.to_string(),
            adapter(device),
            memory(device),
            formats(device),
            answers(device),
        ]);
    }
    drawn(table).unwrap_or_default()
}

fn adapter(device: &DeviceReport) -> String {
    let Some(name) = &device.adapter else {
        return NONE.to_owned();
    };
    let mut text = name.clone();
    if let Some(cores) = device.cores {
        text += &format!(", {cores} cores");
    }
    if !device.vectors.is_empty() {
        text += &format!(", {}", device.vectors.join(" "));
    }
    if device.software {
        text += ", software";
    }
    text
}

fn memory(device: &DeviceReport) -> String {
    let gib = |bytes: u64| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30));
    match (device.memory, device.largest_buffer) {
        (Some(bytes), _) => gib(bytes),
        _ if device.adapter.is_none() => NONE.to_owned(),
        (None, Some(largest)) => format!("not told; a buffer holds {}", gib(largest)),
        (None, None) => "not told".to_owned(),
    }
}

fn formats(device: &DeviceReport) -> String {
    device
        .formats
        .map_or(NONE.to_owned(), |formats| formats.names().join(" "))
}

fn answers(device: &DeviceReport) -> String {
    match (&device.why, device.seconds) {
        (Some(why), _) => why.clone(),
        (None, Some(seconds)) => format!("right, {seconds:.2} s"),
        (None, None) => NONE.to_owned(),
    }
}

#[cfg(test)]
mod tests;
