// First visits: a fresh browser with nothing in its cache opens the page, until the model's first live token and until it has answered.
import { readFile } from "node:fs/promises";

import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"];
/** Without this Chromium keeps a renderer in reserve, whose memory would count. */
const NO_SPARE = "--disable-features=SpareRendererForSitePerProcess";
const PATIENCE = 120_000;

export async function launch(options, flags = []) {
  const browser = await chromium.launch({ executablePath: options.chromium, args: [...FLAGS, NO_SPARE, ...flags] });
  const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
  page.setDefaultTimeout(PATIENCE);
  return { browser, page };
}

/** Notes when a worker tells the first token and the end of an answer; runs in the page before all else. */
function listen() {
  const Real = globalThis.Worker;
  globalThis.seen = {};
  globalThis.Worker = class extends Real {
    constructor(...settings) {
      super(...settings);
      this.addEventListener("message", ({ data }) => {
        const kind = typeof data === "string" ? /^\{"(Tokens|Done|Fail)"/.exec(data)?.[1] : data?.kind;
        if (kind === "Fail") globalThis.seen.failure ??= data;
        if (kind) globalThis.seen[kind] ??= performance.now();
      });
    }
  };
}

/** Private memory of all renderers in bytes, which only Linux tells; nothing elsewhere. */
async function memory(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  let kibibytes = 0;
  for (const { id } of processInfo.filter((process) => process.type === "renderer")) {
    const rollup = await readFile(`/proc/${id}/smaps_rollup`, "utf8").catch(() => null);
    if (!rollup) return null;
    for (const [, size] of rollup.matchAll(/^Private_\w+:\s+(\d+) kB$/gm)) kibibytes += Number(size);
  }
  return kibibytes * 1024;
}

export async function settled(browser, page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  await page.waitForTimeout(300);
  return memory(browser);
}

/** Memory of a browser that shows nothing. */
export async function empty(options) {
  const { browser, page } = await launch(options);
  await page.goto("about:blank");
  const bytes = await settled(browser, page);
  await browser.close();
  return bytes;
}

/** One first visit to `address`, whose server is `site`. */
export async function first(options, site, address) {
  const { browser, page } = await launch(options);
  try {
    await page.addInitScript(listen);
    site.asked();
    await page.goto(address);
    await page.waitForFunction(() => globalThis.seen.Tokens || globalThis.seen.failure);
    const files = site.asked();
    await page.waitForFunction(() => globalThis.seen.Done || globalThis.seen.failure);
    const seen = await page.evaluate(() => globalThis.seen);
    if (seen.failure) throw new Error(`the worker failed: ${seen.failure.message ?? seen.failure}`);
    const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null);
    // A worker's WebAssembly memory only grows: its size is the most that was ever needed.
    const wasm = await Promise.all(page.workers().map((worker) => worker.evaluate(() => globalThis.explangMemory?.() ?? null)));
    return { paint, token: seen.Tokens, files, memory: await settled(browser, page), wasm: wasm.find((size) => size !== null) ?? null };
  } finally {
    await browser.close();
  }
}

/** What the browser says of its graphics processor. */
export async function adapter(options, site) {
  const { browser, page } = await launch(options, ["--enable-unsafe-webgpu"]);
  try {
    // WebGPU is given to pages of a server only.
    await page.goto(`${site.address}drive/index.html`);
    return await page.evaluate(async () => {
      const found = await navigator.gpu?.requestAdapter();
      if (!found) return null;
      const { vendor, architecture, device, description, isFallbackAdapter } = found.info;
      return { vendor, architecture, device, description, fallback: isFallbackAdapter ?? found.isFallbackAdapter ?? false };
    });
  } finally {
    await browser.close();
  }
}
