// What the page costs a visitor, how fast its engine is beside transformers.js with the same checkpoint in the same browser, and what a
// training in it costs.
//
//     node tests/browser/budgets.mjs [--rounds 15] [--visits 7] [--steps 200] [--only PART] [--json FILE] [--dist dist]
//
// PART is sizes, visits, speed or learn; or choice, which is left out without it: trainings of three seeds, 8 minutes each (--minutes),
// one after the other or several side by side (--together), which then have less of the processor each.
// `bash tests/long budgets` installs what this needs, builds it, and calls it. Everything is served from this machine: nothing is fetched from elsewhere.
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { megabytes, median, spread, table } from "./budgets/figures.mjs";
import * as learn from "./budgets/learn.mjs";
import { open } from "./budgets/site.mjs";
import * as sizes from "./budgets/sizes.mjs";
import * as speed from "./budgets/speed.mjs";
import * as visit from "./budgets/visit.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    visits: { type: "string", default: "7" },
    steps: { type: "string", default: "200" },
    minutes: { type: "string", default: "8" },
    together: { type: "string", default: "1" },
    only: { type: "string" },
    json: { type: "string" },
    dist: { type: "string", default: "dist" },
    chromium: { type: "string", default: process.env.EXPLANG_CHROMIUM ?? "/usr/bin/chromium" },
  },
});
const counts = Object.fromEntries(["rounds", "visits", "steps", "minutes", "together"].map((name) => [name, Number(values[name])]));
const options = { ...values, ...counts };
const parts = ["sizes", "visits", "speed", "learn", "choice"];
const wrong = [
  options.only !== undefined && !parts.includes(options.only) && `--only takes one of ${parts.join(", ")}`,
  !(Number.isInteger(options.rounds) && options.rounds >= 7) && "--rounds takes a whole number from 7 up: fewer give no interval",
  !(Number.isInteger(options.visits) && options.visits >= 1) && "--visits takes a whole number from 1 up",
  !(options.steps > 0 && options.steps % 10 === 0) && "--steps takes a multiple of 10",
  !(Number.isInteger(options.minutes) && options.minutes >= 1) && "--minutes takes a whole number from 1 up",
  !(Number.isInteger(options.together) && options.together >= 1) && "--together takes a whole number from 1 up",
].find(Boolean);
if (wrong) {
  console.error(`budgets: ${wrong}.`);
  process.exit(2);
}
const wants = (part) => (options.only ? options.only === part : part !== "choice");
const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const folders = {
  dist: resolve(root, values.dist),
  drive: join(here, "budgets/drive"),
  ...(["learn", "choice"].includes(options.only) ? {} : { onnx: join(root, "target/onnx"), peer: join(here, "peer/node_modules") }),
};
for (const [name, folder] of Object.entries(folders)) {
  if (!existsSync(folder)) {
    console.error(`budgets: ${folder} (${name}) is missing; run \`bash tests/long budgets\`, which makes it.`);
    process.exit(2);
  }
}

const site = await open(folders);
const isolated = await open(folders, { isolated: true });
const results = { settings: options, machine: { processors: availableParallelism(), load: loadavg()[0] } };
console.log(`${results.machine.processors} processors, load ${results.machine.load.toFixed(1)} before the start: speeds mean little unless it is near 0.\n`);

/** The page's own view, and transformers.js asked the same question in its worker by a page that has nothing else. */
const question = { prompt: "What is 47 + 38? Think in steps.", language: null, most: 37, batch: 1 };
const peerSettings = speed.peers(1)["transformers.js, 1 thread"];
const peerPage = `drive/index.html#${encodeURIComponent(JSON.stringify({ load: peerSettings, ask: question }))}`;

if (wants("sizes") || wants("visits")) {
  const ours = [];
  const theirs = [];
  const count = wants("visits") ? options.visits : 1;
  for (let round = 0; round < count; round += 1) {
    ours.push(await visit.first(options, site, `${site.address}dist/?speed=full`));
    theirs.push(await visit.first(options, site, `${site.address}${peerPage}`));
  }
  if (wants("sizes")) {
    console.log("# Sizes");
    results.sizes = await sizes.ours(folders.dist, ours[0].files);
    const fetched = theirs[0].files.filter((file) => !file.startsWith(folders.drive));
    results.sizes.peer = await sizes.list("transformers.js, everything that it fetched before its first token", root, fetched);
  }
  if (wants("visits")) {
    console.log(`\n# First visits\n\n${count} fresh browsers for each, taking turns; median (range). The server is on this machine and neither limits nor compresses, so that these are`);
    console.log("the times of the code, not of a network.");
    const none = await visit.empty(options);
    const row = (name, visits) => [
      name,
      visits[0].paint === null ? "" : spread(visits.map((v) => v.paint)),
      spread(visits.map((v) => v.token)),
      none === null ? "only measured on Linux" : spread(visits.map((v) => (v.memory - none) / 1e6)),
      visits[0].wasm === null ? "" : spread(visits.map((v) => v.wasm / 1e6)),
    ];
    const rows = [row("this page", ours), row("transformers.js in a page that is empty otherwise, 1 thread", theirs)];
    table(["", "first paint, ms", "first live token, ms", "memory, MB (1)", "engine's wasm memory, MB"], rows);
    console.log("(1) private memory of the browser's renderer after one answer, its workers in it, less that of an empty page.");
    const numbers = (visits) => visits.map(({ paint, token, memory, wasm }) => ({ paint, token, memory, wasm }));
    results.visits = { empty: none, ours: numbers(ours), peer: numbers(theirs) };
    if (results.sizes) {
      const seconds = (bytes) => ((bytes * 8) / 10e6).toFixed(1);
      console.log(`On a line of 10 Mbit/s the transfer alone, by brotli and without the weights, takes ${seconds(results.sizes.cpu)} s for this page and ${seconds(results.sizes.peer)} s for transformers.js.`);
    }
  }
}

if (wants("speed")) {
  console.log(`\n# Speed on the processor\n\n${options.rounds} rounds. Each runs every engine once and begins with another one. Time is from the question until the page has the whole answer.`);
  console.log(`${speed.OURS} streams every token with its five rivals, on one thread. Where transformers.js streams, every piece is posted to the page too.`);
  console.log("Threads need cross-origin isolation, which this server gives and plain file hosts do not.");
  results.speed = await speed.measure(options, isolated);
  for (const work of results.speed) speed.show(work);
}

if (wants("speed")) {
  console.log("\n# WebGPU\n");
  const adapter = await visit.adapter(options, site);
  results.adapter = adapter;
  const software = adapter && (adapter.fallback || /swiftshader|llvmpipe|lavapipe/i.test(Object.values(adapter).join(" ")));
  if (!adapter) console.log("This browser gives no adapter: speed on WebGPU cannot be judged here.");
  else if (software) console.log(`The adapter here is software (${JSON.stringify(adapter)}): speed on WebGPU cannot be judged here, and is not timed.`);
  else console.log(`The adapter is ${JSON.stringify(adapter)}. This command does not time it.`);
}

if (wants("learn")) {
  console.log(`\n# A training in the page\n\n${options.steps} steps with the page's first settings, in a fresh browser.`);
  results.learn = await learn.measure(options, site);
  results.learn.module = await learn.show(results.learn, folders.dist);
}

if (wants("choice")) {
  console.log(`\n# The choice in ${options.minutes} minutes\n\nFrom SFT, with the page's first settings and those of an experiment. Minutes are those of the steps.`);
  results.choice = await learn.choice(options, site);
}

if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 1)}\n`);
await site.close();
await isolated.close();
