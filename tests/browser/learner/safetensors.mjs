// Reads tensors of f32, and compares them: https://huggingface.co/docs/safetensors.
import assert from "node:assert/strict";

/** Name by name, the values of a file's tensors. */
export function read(bytes) {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  const tensors = new Map();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, data_offsets: [from, to] } = entry;
    assert.equal(dtype, "F32", name);
    // A copy, since values have to lie at a multiple of their size.
    tensors.set(name, new Float32Array(new Uint8Array(bytes.subarray(8 + length + from, 8 + length + to)).buffer));
  }
  return tensors;
}

const norm = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** How far `found` is from `expected`: the Euclidean norm of their difference, in units of that of `expected`. */
export function distance(found, expected) {
  assert.equal(found.length, expected.length);
  const apart = norm(Float64Array.from(found, (value, i) => value - expected[i]));
  return apart === 0 ? 0 : apart / norm(Float64Array.from(expected));
}
