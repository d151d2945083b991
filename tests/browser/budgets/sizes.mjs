// What files weigh on the wire: as they are, by gzip -9 and by brotli -q 11.
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { megabytes, table } from "./figures.mjs";

/** Code, style and tokenizer, compressed by brotli, before the first live token: 1.3 MB, and a hundredth for compilers whose code is larger. */
export const BUDGETS = { cpu: 1_313_000, webgpu: 1_350_000 };

/** Every file is weighed once: brotli takes its time. */
const weighed = new Map();

async function weigh(file) {
  if (!weighed.has(file)) {
    const bytes = await readFile(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    weighed.set(file, { plain: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes, { params }).length });
  }
  return weighed.get(file);
}

const isWeights = (file) => /model\.(safetensors|onnx)$/.test(file);

/** Prints files below `folder` with their sizes; gives what all but the weights come to by brotli. */
export async function list(title, folder, files, budget) {
  console.log(`\n${title}`);
  const rows = [];
  const sums = { plain: 0, gzip: 0, brotli: 0 };
  const cells = ({ plain, gzip, brotli }) => [plain, gzip, brotli].map((bytes) => bytes.toLocaleString("en"));
  const [weights, rest] = [files.filter(isWeights), files.filter((file) => !isWeights(file))];
  for (const file of rest.sort()) {
    const size = await weigh(file);
    rows.push([relative(folder, file), ...cells(size)]);
    for (const kind of Object.keys(sums)) sums[kind] += size[kind];
  }
  rows.push(["all of these", ...cells(sums)]);
  for (const file of weights) rows.push([`and the weights: ${relative(folder, file)}`, ...cells(await weigh(file))]);
  table(["file", "bytes", "gzip -9", "brotli -q 11"], rows);
  if (budget) {
    const kept = sums.brotli <= budget;
    console.log(`budget: ${megabytes(sums.brotli)} of ${megabytes(budget)} by brotli: ${kept ? "kept" : `MISSED by ${megabytes(sums.brotli - budget)}`}`);
  }
  return sums.brotli;
}

/** The page: `fetched` are the files of a real first visit up to its first live token. */
export async function ours(dist, fetched) {
  const cpu = await list("The page, everything that a first visit fetched before its first live token (processor)", dist, fetched, BUDGETS.cpu);
  // The engine for the graphics processor takes the place of the other one.
  const files = fetched.map((file) => {
    const other = file.replace(/explang-engine(_bg\.wasm|\.js)$/, "explang-engine-webgpu$1").replace(/start-engine\.js$/, "start-engine-webgpu.js");
    return other;
  });
  return { cpu, webgpu: await list("The page with WebGPU, the files in the place of these", dist, files, BUDGETS.webgpu) };
}
