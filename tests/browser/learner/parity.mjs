// The learner in the browser beside the same steps natively: it draws the same tokens, and learns the same from them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { launch } from "../harness.mjs";
import { record } from "./kept.mjs";
import { distance, read } from "./safetensors.mjs";
import { learner } from "./worker.mjs";

const STEPS = 10;
/** Small enough for a test, with a group for each shard. */
const SIZE = { prompts: 4, group: 4, max_new_tokens: 48 };
/** Largest distance of a tensor, in units of its norm. */
const NEAR = { gradient: 1e-3, weights: 1e-4 };
/** Of `quick`'s optimizer. */
const BETA1 = 0.9;

const state = ([weights, optimizer]) => ({ weights: read(weights), optimizer: read(optimizer) });
const FILES = ["model.safetensors", "optimizer.safetensors"];

/** The gradients of the step between two states: AdamW's first moment is m_t = β₁ m_{t−1} + (1 − β₁) g_t. */
function gradients(before, after) {
  const found = new Map();
  for (const [name, moments] of after.optimizer) {
    if (!name.startsWith("exp_avg.")) continue;
    const earlier = before?.optimizer.get(name);
    found.set(name, Float64Array.from(moments, (moment, i) => (moment - BETA1 * (earlier?.[i] ?? 0)) / (1 - BETA1)));
  }
  return found;
}

/** Compares tensor by tensor; gives the largest distance. */
function near(what, found, expected, most) {
  assert.ok(expected.size > 5);
  assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
  const apart = [...expected].map(([name, values]) => [distance(found.get(name), values), name]);
  const [largest, name] = apart.reduce((a, b) => (a[0] > b[0] ? a : b));
  assert.ok(largest <= most, `${what}: ${name} is ${largest} apart`);
  return largest;
}

export default async function ({ options, server, check, listen }) {
  await check(`the learner draws what the same code draws natively, and learns the same in ${STEPS} steps`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "explang-learn-"));
    const browser = await launch(options);
    try {
      await promisify(execFile)(options.bench, ["learn", "--steps", STEPS, "--set", JSON.stringify(SIZE), "--record", folder].map(String));
      const { settings, steps, groups } = JSON.parse(await readFile(join(folder, "recorded.json"), "utf8"));
      const native = async (step) => state(await Promise.all(FILES.map((file) => readFile(join(folder, String(step), file)))));
      const page = await browser.context.newPage();
      listen(page);
      const { order, ask, hear } = await learner(page, server.address);
      const kept = async () => {
        await hear("Kept");
        return state(await Promise.all(FILES.map((file) => record(page, file))));
      };

      // The first step draws for itself. Other tokens would be another gradient by far more.
      await ask({ Begin: settings }, "Opened");
      const { point, group } = await ask("Step", "Step");
      const texts = ({ question, rollouts }) => [question, ...rollouts.map(({ text }) => text)];
      assert.deepEqual(texts(group), texts(groups[0]));
      const tokens = steps[0].reduce((sum, { tokens }) => sum + tokens.length, 0) / steps[0].length;
      assert.ok(Math.abs(point.rollouts.response_tokens - tokens) < 1e-9, `${point.rollouts.response_tokens} tokens a response, natively ${tokens}`);
      const first = near("the gradient of what it drew", gradients(null, await kept()), gradients(null, await native(1)), NEAR.gradient);

      await ask({ Begin: settings }, "Opened");
      const largest = { gradient: 0, weights: 0 };
      let [before, beforeNative] = [null, null];
      for (const [at, recorded] of steps.entries()) {
        const step = at + 1;
        await order({ Replay: [recorded] });
        assert.equal((await hear("Step")).point.step, step);
        const [after, afterNative] = [await kept(), await native(step)];
        const of = [gradients(before, after), gradients(beforeNative, afterNative)];
        largest.gradient = Math.max(largest.gradient, near(`the gradient of step ${step}`, ...of, NEAR.gradient));
        largest.weights = Math.max(largest.weights, near(`the weights after step ${step}`, after.weights, afterNative.weights, NEAR.weights));
        [before, beforeNative] = [after, afterNative];
      }
      const told = [first, largest.gradient, largest.weights].map((apart) => apart.toExponential(1));
      console.log(`      largest distance of a tensor: gradient of what it drew ${told[0]}, of what was recorded ${told[1]}, weights ${told[2]}`);
    } finally {
      await browser.close();
      await rm(folder, { recursive: true });
    }
  });
}
