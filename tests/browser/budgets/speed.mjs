// Tokens per second of our engine and of transformers.js, in one browser, in rounds that take turns.
import { availableParallelism } from "node:os";

import { ratio, spread, table } from "./figures.mjs";
import { launch } from "./visit.mjs";

const LIBRARY = "/peer/@huggingface/transformers/dist/transformers.min.js";
const RUNTIME = "/peer/onnxruntime-web/dist/ort-wasm-simd-threaded";

export const OURS = "this page's engine";

/** Tokens are those that the model draws; `most` counts a forced tag too, as the engine does. */
const WORK = [
  { name: "an answer, the model chooses the language", prompt: "What is 47 + 38? Think in steps.", language: null, most: 37, batch: 1, times: 4 },
  { name: "64 tokens, thinking in Thai", prompt: "What is 78 + 99? Think in steps.", language: "th", most: 70, batch: 1, times: 2 },
  { name: "17 answers as one batch", prompt: "What is 47 + 38? Think in steps.", language: null, most: 37, batch: 17, times: 1 },
  { name: "17 times 64 tokens as one batch", prompt: "What is 78 + 99? Think in steps.", language: "th", most: 70, batch: 17, times: 1 },
];

/** Settings of transformers.js: the build of ONNX Runtime that it fetches by itself, and the smaller one without WebGPU. */
export function peers(threads) {
  const settings = (wasm, threads) => ({ library: LIBRARY, wasm: RUNTIME + wasm, models: "/onnx/", model: "exploit", threads });
  return {
    "transformers.js, 1 thread": settings(".asyncify", 1),
    "transformers.js, build without WebGPU, 1 thread": settings("", 1),
    ...(threads > 1 ? { [`transformers.js, build without WebGPU, ${threads} threads`]: settings("", threads) } : {}),
  };
}

/** One answer of one contender, in the page. */
async function timed(page, name, work, settings) {
  return page.evaluate(([name, work, settings]) => globalThis.contenders[name](work, settings), [name, work, settings]);
}

/** Every round runs every contender once, each round begins with another. Gives the rounds of each work. */
export async function measure(options, site) {
  const { browser, page } = await launch(options);
  try {
    page.on("console", (message) => message.type() === "error" && console.error(message.text()));
    await page.goto(`${site.address}drive/index.html`);
    if (!(await page.evaluate(() => crossOriginIsolated))) throw new Error("the page is not isolated, so that no threads can be had");
    await page.waitForFunction(() => globalThis.startPeer);
    await page.evaluate(([name, run]) => globalThis.startOurs(name, "/dist/start-engine.js", run), [OURS, `${site.address}dist/checkpoints/wide/`]);
    const others = peers(Math.min(availableParallelism(), 4));
    for (const [name, settings] of Object.entries(others)) {
      await page.evaluate(([name, settings]) => globalThis.startPeer(name, settings), [name, settings]);
    }
    const results = [];
    for (const work of WORK) results.push(await rounds(options, page, work, Object.keys(others)));
    return results;
  } finally {
    await browser.close();
  }
}

async function rounds(options, page, work, others) {
  const entries = [{ label: OURS, name: OURS }];
  for (const name of others) {
    entries.push({ label: `${name}, streaming`, name, settings: { streams: true } });
    entries.push({ label: `${name}, all at once`, name, settings: { streams: false } });
  }
  // The first answers, which are not timed, must be the same; the engines are warm then.
  let expected;
  for (const { label, name, settings } of entries) {
    for (let i = 0; i < 3; i += 1) {
      const { ids } = await timed(page, name, work, settings);
      expected ??= JSON.stringify(ids);
      if (JSON.stringify(ids) !== expected) throw new Error(`${work.name}: ${label} wrote ${JSON.stringify(ids)}, the first wrote ${expected}`);
    }
  }
  const tokens = JSON.parse(expected).flat().length;
  const speeds = entries.map(() => []);
  for (let round = 0; round < options.rounds; round += 1) {
    for (let turn = 0; turn < entries.length; turn += 1) {
      const at = (round + turn) % entries.length;
      let milliseconds = 0;
      for (let i = 0; i < work.times; i += 1) milliseconds += (await timed(page, entries[at].name, work, entries[at].settings)).milliseconds;
      speeds[at].push((tokens * work.times) / (milliseconds / 1e3));
    }
  }
  return { name: work.name, tokens, columns: work.batch, rows: entries.map(({ label }, at) => ({ label, speeds: speeds[at] })) };
}

/** Prints the rounds of one work: medians, ranges, and how our engine stands to each. */
export function show({ name, tokens, columns, rows }) {
  console.log(`\nTokens per second: ${name} (${tokens} tokens${columns > 1 ? ` in ${columns} columns` : ""}, greedy, the same tokens from all)`);
  const [ours] = rows;
  table(
    ["engine", "tokens/s: median (range)", "ours ÷ this: median, 95 % interval"],
    rows.map(({ label, speeds }) => {
      if (label === ours.label) return [label, spread(speeds), ""];
      const { median, low, high } = ratio(ours.speeds, speeds);
      return [label, spread(speeds), `${median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`];
    }),
  );
}
