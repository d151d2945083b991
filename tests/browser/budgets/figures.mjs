// Medians, ranges and ratios, and how tables are printed.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** Median and range, as text. */
export function spread(values, digits = 0) {
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
}

/** A small random generator, so that the same rounds always give the same interval. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const DRAWS = 10_000;

/** The median of the ratios of rounds, with its 95 % bootstrap interval over the rounds. */
export function ratio(ours, theirs) {
  const ratios = ours.map((value, round) => value / theirs[round]);
  const next = random(1);
  const medians = Array.from({ length: DRAWS }, () => median(ratios.map(() => ratios[Math.floor(next() * ratios.length)])));
  medians.sort((a, b) => a - b);
  return { median: median(ratios), low: medians[Math.floor(DRAWS * 0.025)], high: medians[Math.ceil(DRAWS * 0.975) - 1] };
}

/** Prints rows below a head; the first column stands left, the others right. */
export function table(head, rows) {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  for (const row of all) {
    const cells = row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column])));
    console.log(cells.join("  ").trimEnd());
  }
}

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
