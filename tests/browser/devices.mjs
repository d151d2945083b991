// The graphics processor: the same answers as the processor's, and what happens where there is none or it is lost.
//
// On a machine without one, Chromium's adapter is software: correct, and slow.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { launch } from "./harness.mjs";
import { serve } from "./server.mjs";

/** Ways in which a browser gives no adapter: what it does, and what the page says then. */
const REFUSALS = {
  "finds none": ["Promise.resolve(null)", "no graphics processor that it can use"],
  rejects: ['Promise.reject(new Error("the driver crashed"))', "could not open a graphics processor: the driver crashed."],
  "never settles": ["new Promise(() => {})", "could not open a graphics processor: no answer within 10 seconds."],
};

/** Counts what the engine asks of the graphics processor. */
const COUNTING = `
globalThis.explangWork = { dispatches: 0, reads: 0, pipelines: 0 };
for (const [owner, method, count] of [
  [GPUComputePassEncoder, "dispatchWorkgroups", "dispatches"],
  [GPUBuffer, "mapAsync", "reads"],
  [GPUDevice, "createComputePipeline", "pipelines"],
]) {
  const asked = owner.prototype[method];
  owner.prototype[method] = function (...settings) {
    globalThis.explangWork[count] += 1;
    return asked.apply(this, settings);
  };
}
`;

/** A page in whose worker `requestAdapter` gives `promise`; its engine for WebGPU must not start. */
const without = (options, promise) =>
  changed(
    options,
    `Object.defineProperty(navigator, "gpu", { value: { requestAdapter: () => ${promise} } });\n`,
    'export default () => Promise.reject(new Error("it was started"));\n',
  );

/** A copy of the page, served by itself, in whose worker for the graphics processor `first` runs first, and whose engine is `engine`. */
async function changed(options, first, engine) {
  const folder = await mkdtemp(join(tmpdir(), "explang-adapter-"));
  await cp(options.dist, folder, { recursive: true });
  const start = join(folder, "start-engine-webgpu.js");
  await writeFile(start, first + (await readFile(start, "utf8")));
  if (engine) await writeFile(join(folder, "explang-engine-webgpu.js"), engine);
  const server = await serve(folder, "some/folder");
  return {
    address: server.address,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

export default async function ({ options, browser: context, check, open, listen, origin, answered, same }) {
  await check("without WebGPU the page says so, and goes on with the processor", async () => {
    const page = await open("?device=webgpu&speed=full");
    await page.getByRole("alert").filter({ hasText: "WebGPU" }).waitFor();
    await page.getByRole("alert").filter({ hasText: "goes on with the processor" }).waitFor();
    await answered(page);
    assert.match(await page.locator(".model").textContent(), /on your processor/);
    assert.doesNotMatch(page.url(), /device=/);
    await page.close();
  });

  for (const [name, [promise, said]] of Object.entries(REFUSALS)) {
    await check(`where requestAdapter ${name}, the page says so and the processor answers`, async () => {
      const site = await without(options, promise);
      const page = await context.newPage();
      listen(page, site.address);
      await page.goto(`${site.address}?device=webgpu&speed=full`);
      await page.getByRole("alert").filter({ hasText: said }).filter({ hasText: "goes on with the processor" }).waitFor();
      await answered(page);
      assert.match(await page.locator(".model").textContent(), /on your processor/);
      await page.close();
      await site.close();
    });
  }

  const browser = await launch(options, { webgpu: true });
  const question = "?problem=sums/steps/3/47/38&temperature=0&speed=full";

  await check("greedy: the graphics processor says what the native binary says", async () => {
    const page = await open(`${question}&device=webgpu&stage=distil`, { context: browser.context });
    await answered(page);
    assert.match(await page.locator(".model").textContent(), /on your graphics processor/);
    assert.match(await page.locator(".model").textContent(), /known answer checked/);
    await same(page, "What is 47 + 38? Think in steps.", "auto", "distil");
    console.log(`      ${await page.locator("#watch [role=status]").textContent()}`);

    // A lost device: the page says so, and answers on the processor.
    const worker = page.workers().find((worker) => worker.url().includes("webgpu"));
    await worker.evaluate(() => globalThis.explangDevice.destroy());
    await page.getByRole("alert").filter({ hasText: "was lost" }).waitFor();
    await page.locator(".model").filter({ hasText: "on your processor" }).waitFor();
    await answered(page);
    await same(page, "What is 47 + 38? Think in steps.", "auto", "distil");
    await page.close();
  });

  await check("on the graphics processor a token takes few operations, and many tokens one reading", async () => {
    const site = await changed(options, COUNTING);
    const page = await browser.context.newPage();
    listen(page, site.address);
    await page.goto(`${site.address}${question}&device=webgpu&stage=distil`);
    await answered(page);
    const first = await origin(page).textContent();
    const worker = page.workers().find((worker) => worker.url().includes("webgpu"));
    const counts = () => worker.evaluate(() => ({ ...globalThis.explangWork }));
    const before = await counts();
    await page.getByRole("button", { name: "Think again" }).click();
    await origin(page).filter({ hasText: "tokens a second", hasNotText: first.trim() }).waitFor();
    const after = await counts();
    const tokens = Number(/(\d+) tokens in/.exec(await origin(page).textContent())[1]);
    const [dispatches, reads, pipelines] = ["dispatches", "reads", "pipelines"].map((count) => after[count] - before[count]);
    console.log(`      ${tokens} tokens: ${dispatches} operations, ${reads} readings; ${before.pipelines} pipelines, all compiled before`);
    assert.ok(tokens > 16 && dispatches <= 120 * tokens, `${dispatches} operations for ${tokens} tokens`);
    assert.ok(reads <= tokens / 8 + 1, `${reads} readings for ${tokens} tokens`);
    assert.equal(pipelines, 0);
    await page.close();
    await site.close();
  });

  await check("the visitor can switch to the graphics processor and back", async () => {
    const page = await open(`${question}&stage=distil`, { context: browser.context });
    await answered(page);
    await page.getByRole("radio", { name: /graphics processor/ }).check();
    await page.locator(".model").filter({ hasText: "on your graphics processor" }).waitFor();
    await page.getByRole("radio", { name: "the processor", exact: true }).check();
    await page.locator(".model").filter({ hasText: "on your processor" }).waitFor();
    await answered(page);
    await page.close();
  });

  await browser.close();
}
