// What a bad network or a bad server does to the page.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { BUDGETS, list } from "./budgets/sizes.mjs";
import { launch } from "./harness.mjs";
import { serve } from "./server.mjs";

export default async function ({ options, server, check, open, browser, origin, answered, listen }) {
  const dist = resolve(options.dist);

  /** A page of a server that behaves as `hook` says; what it complains of is not collected. */
  async function elsewhere(hook, query = "?speed=full") {
    const server = await serve(dist, "some/folder", hook);
    const page = await browser.newPage();
    await page.goto(server.address + query);
    return { page, server, close: async () => { await page.close(); await server.close(); } };
  }

  await check("a server that fails is told with what to do, and a reload mends it", async () => {
    let broken = true;
    const { page, close } = await elsewhere((path) => (broken && path.endsWith("model.safetensors") ? { status: 500 } : {}));
    await page.getByRole("alert").filter({ hasText: "the server answered 500" }).waitFor();
    broken = false;
    await page.getByRole("button", { name: "Reload" }).click();
    await answered(page);
    await close();
  });

  await check("damaged weights are found by their hash, and never used", async () => {
    const weights = await readFile(join(dist, "checkpoints/wide/stages/distil/checkpoint/model.safetensors"));
    weights[weights.length / 2] ^= 1;
    const { page, close } = await elsewhere((path) => (path.endsWith("distil/checkpoint/model.safetensors") ? { body: weights } : {}), "");
    await page.getByRole("alert").filter({ hasText: "damaged on its way" }).waitFor();
    assert.match(await origin(page).textContent(), /Recorded/);
    await close();
  });

  await check("weights that end too early are found", async () => {
    const weights = await readFile(join(dist, "checkpoints/wide/stages/distil/checkpoint/model.safetensors"));
    const { page, close } = await elsewhere((path) => (path.endsWith("distil/checkpoint/model.safetensors") ? { body: weights.subarray(0, 1000) } : {}));
    await page.getByRole("alert").filter({ hasText: "damaged on its way" }).waitFor();
    await close();
  });

  await check("on a slow network the recording answers, a bar shows how far the model is, and then it answers", async () => {
    const { page, close } = await elsewhere((path) => (path.endsWith("model.safetensors") ? { bytesPerSecond: 500_000 } : {}), "");
    await origin(page).filter({ hasText: "Recorded" }).waitFor();
    const bar = page.locator(".loading progress[value]").first();
    await bar.waitFor();
    const seen = new Set();
    for (let i = 0; i < 8; i += 1) {
      const value = await bar.getAttribute("value", { timeout: 500 }).catch(() => null);
      if (value) seen.add(value);
      await page.waitForTimeout(120);
    }
    assert.ok(seen.size >= 3, `the bar stood at ${[...seen]}`);
    await answered(page);
    await close();
  });

  await check("what a first visit fetches before its first live token keeps the budget", async () => {
    const browser = await launch(options);
    const page = await browser.context.newPage();
    const files = new Set();
    browser.context.on("request", (request) => {
      const path = new URL(request.url()).pathname.replace("/some/folder/", "");
      // What is kept for a visit without a network is fetched once the model is there.
      if (request.url().startsWith(server.address) && !request.serviceWorker()) files.add(join(dist, path || "index.html"));
    });
    await page.goto(`${server.address}?speed=full`);
    await page.locator("#watch [role=status]").filter({ hasText: "Live" }).waitFor();
    await browser.close();
    const brotli = await list("A first visit", dist, [...files]);
    assert.ok(brotli <= BUDGETS.cpu, `${brotli} bytes by brotli`);
  });

  await check("a second visit takes the model from the browser's cache", async () => {
    const first = await open("?speed=full");
    await answered(first);
    await first.close();
    const page = await open("?speed=full");
    await answered(page);
    assert.match(await page.locator(".model").textContent(), /from this browser's cache/);
    assert.match(await page.locator(".model").textContent(), /files and a known answer checked/);
    await page.close();
  });

  await check("after the first visit it works without a network", async () => {
    const server = await serve(dist, "some/folder");
    const page = await browser.newPage();
    listen(page, server.address);
    await page.goto(`${server.address}?speed=full`);
    await answered(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.close();
    await server.close();
    const again = await browser.newPage();
    await again.goto(`${server.address}?speed=full&seed=5`);
    await answered(again);
    assert.match(await origin(again).textContent(), /Seed 5/);
    await again.close();
  });
}
