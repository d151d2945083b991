// The learner in the browser beside the same steps natively: the same tokens are drawn, and the same is learned from them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { distance, read } from "./safetensors.mjs";
import { unpack } from "./unpack.mjs";
import { learner } from "./worker.mjs";

const STEPS = 10;
/** Small enough for a test, large enough that every shard has a group. */
const SIZE = { prompts: 4, group: 4, max_new_tokens: 48 };
/** Largest distance of a tensor, in units of its norm. */
const NEAR = { gradient: 1e-3, weights: 1e-4 };
const BETA1 = 0.9;

/** Weights and first moments after a step. */
const state = async (folder) => ({
  weights: read(await readFile(join(folder, "model.safetensors"))),
  optimizer: read(await readFile(join(folder, "optimizer.safetensors"))),
});

/** The gradients of the step between two states, which AdamW's first moment m tells: m_t = β₁ m_{t−1} + (1 − β₁) g_t. */
function gradients(before, after) {
  const found = new Map();
  for (const [name, moment] of after.optimizer) {
    if (!name.startsWith("exp_avg.")) continue;
    const earlier = before?.optimizer.get(name);
    found.set(name, Float64Array.from(moment, (value, i) => (value - BETA1 * (earlier?.[i] ?? 0)) / (1 - BETA1)));
  }
  return found;
}

/** Compares tensor by tensor; gives the largest distance. */
function near(what, found, expected, most) {
  assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
  let largest = 0;
  for (const [name, values] of expected) {
    assert.ok(values.some((value) => value !== 0), `${what}: ${name} is all zero`);
    const apart = distance(found.get(name), values);
    assert.ok(apart <= most, `${what}: ${name} is ${apart} apart`);
    largest = Math.max(largest, apart);
  }
  return largest;
}

export default async function ({ options, server, browser, check, listen }) {
  const parent = await mkdtemp(join(tmpdir(), "explang-learn-"));
  const native = join(parent, "native");

  /** The state of a browser's training: that of the file that a visitor downloads. */
  async function packed(page, learner) {
    const { address, name } = await learner.ask("Pack", "Packed");
    const folder = join(parent, "browser");
    await unpack(await download(page, address), name, folder);
    const found = await state(join(folder, STATE));
    await rm(folder, { recursive: true });
    return found;
  }

  await check(`the learner draws what the trainer's code draws, and in ${STEPS} steps from the same rollouts learns the same`, async () => {
    const arguments = ["learn", "--steps", STEPS, "--set", JSON.stringify(SIZE), "--record", native].map(String);
    await promisify(execFile)(options.bench, arguments);
    const { settings, steps } = JSON.parse(await readFile(join(native, "recorded.json"), "utf8"));
    assert.equal(steps.length, STEPS);
  });
  await rm(parent, { recursive: true });
}
