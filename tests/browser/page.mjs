// Uses the built page the way a person would, in headless Chromium, and compares its greedy answers with the native binary's.
//
//     node tests/browser/page.mjs [--dist dist] [--explang target/release/explang] [--bench target/release/explang-bench] [--pictures FOLDER]
//                                  [--only TEXT]
//
// --only runs the checks whose name holds the text.
import { parseArgs } from "node:util";

import appearance from "./appearance.mjs";
import devices from "./devices.mjs";
import { harness } from "./harness.mjs";
import parity from "./learner/parity.mjs";
import memory from "./memory.mjs";
import network from "./network.mjs";
import every from "./views/every.mjs";
import file from "./views/file.mjs";
import learn from "./views/learn.mjs";
import run from "./views/run.mjs";
import think from "./views/think.mjs";
import trainer from "./views/trainer.mjs";
import travel from "./views/travel.mjs";

const { values: options } = parseArgs({
  options: {
    dist: { type: "string", default: "dist" },
    explang: { type: "string", default: "target/release/explang" },
    bench: { type: "string", default: "target/release/explang-bench" },
    run: { type: "string", default: "checkpoints/wide" },
    pictures: { type: "string" },
    only: { type: "string" },
    chromium: { type: "string", default: process.env.EXPLANG_CHROMIUM ?? "/usr/bin/chromium" },
  },
});

const tools = await harness(options);
for (const part of [think, every, travel, trainer, run, learn, file, parity, appearance, network, memory, devices]) {
  await part(tools);
}
await tools.check("no console error, no request elsewhere", async () => {
  const { default: assert } = await import("node:assert/strict");
  assert.deepEqual(tools.complaints, []);
  assert.deepEqual(tools.foreign, []);
});
await tools.close();
if (tools.failed() > 0) {
  console.log(`${tools.failed()} failed`);
  process.exit(1);
}
console.log("all passed");
