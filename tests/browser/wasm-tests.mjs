// Runs the tests of a WebAssembly file in headless Chromium; cargo calls it (see tests/web):
//
//     node tests/browser/wasm-tests.mjs FILE.wasm [TEXT]
//
// TEXT runs the tests whose name holds it. This is the part of wasm-bindgen-test-runner that is needed here, which takes minutes to build;
// what the file and its runner say to each other is wasm-bindgen-test's own, of the version in Cargo.lock.
//
//   EXPLANG_BINDGEN   the program web/bindgen
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { launch } from "./harness.mjs";
import { serve } from "./server.mjs";

/** All tests together. */
const PATIENCE = 120_000;

/** The page that they run in: wasm-bindgen-test writes into the one element. */
const PAGE = '<!doctype html><meta charset="utf-8"><title>Tests</title><pre id="output" hidden></pre>';

/** Runs in the page: whether all tests passed whose name holds `text`. */
async function pass([script, text]) {
  const tests = await import(script);
  // A test that panics ends in a trap: this is where it is caught.
  globalThis.__wbg_test_invoke = (test) => test();
  const kinds = ["debug", "log", "info", "warn", "error"];
  for (const kind of kinds) {
    console[kind] = (...said) => tests[`__wbgtest_console_${kind}`](said);
  }
  const exported = await tests.default();
  const names = Object.keys(exported).filter((name) => name.startsWith("__wbgt_"));
  const chosen = names.filter((name) => name.includes(text));
  const context = new tests.WasmBindgenTestContext(false);
  context.filtered_count(names.length - chosen.length);
  return [chosen.length, await context.run(chosen.map((name) => exported[name]))];
}

const [file, text = ""] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "explang-tests-"));
const browser = await launch({ chromium: process.env.EXPLANG_CHROMIUM ?? "/usr/bin/chromium" });
let passed = false;
try {
  execFileSync(process.env.EXPLANG_BINDGEN, ["--tests", folder, file], { stdio: "inherit" });
  await writeFile(join(folder, "index.html"), PAGE);
  const server = await serve(folder, "tests");
  const page = await browser.context.newPage();
  page.on("pageerror", (error) => console.error(String(error)));
  await page.goto(server.address);
  const script = `./${file.split("/").at(-1).replace(/\.wasm$/, ".js")}`;
  const timer = setTimeout(() => page.close(), PATIENCE);
  const [count, all] = await page.evaluate(pass, [script, text]).finally(async () => {
    clearTimeout(timer);
    if (!page.isClosed()) console.log(await page.locator("#output").textContent());
  });
  assert.ok(count > 0, text ? `no test name contains "${text}"` : "there are no tests");
  passed = all;
  await server.close();
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}
process.exit(passed ? 0 : 1);
