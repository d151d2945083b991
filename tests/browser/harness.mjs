// The browser, the server and the small helpers that every part of the page's tests uses.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { chromium } from "playwright-core";

import { serve } from "./server.mjs";

const FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"];
/** A model loads and answers in a second; slow machines get more. */
const PATIENCE = 60_000;

/** A browser with a fresh profile; `webgpu` gives it the software adapter, without which it has none. */
export async function launch(options, { webgpu = false } = {}) {
  const profile = await mkdtemp(join(tmpdir(), "explang-page-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: options.chromium,
    args: webgpu ? [...FLAGS, "--enable-unsafe-webgpu"] : FLAGS,
    viewport: { width: 1360, height: 900 },
  });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** What the tests work with: see each function. */
export async function harness(options) {
  const server = await serve(resolve(options.dist), "some/folder");
  const browser = await launch(options);
  if (options.pictures) await mkdir(options.pictures, { recursive: true });
  const complaints = [];
  const foreign = [];
  let failed = 0;

  /** Collects what a page complains of, and what it asks of others. */
  function listen(page, address = server.address) {
    page.setDefaultTimeout(PATIENCE);
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      const url = request.url();
      const own = [address, `blob:${new URL(address).origin}`, "data:"];
      if (!own.some((begin) => url.startsWith(begin))) foreign.push(url);
    });
  }

  /** A page at this state, whose complaints are collected. */
  async function open(query = "", settings = {}) {
    const page = await (settings.context ?? browser.context).newPage();
    listen(page);
    if (settings.size) await page.setViewportSize(settings.size);
    if (settings.media) await page.emulateMedia(settings.media);
    await page.goto(server.address + query);
    return page;
  }

  /** One thing that must hold. */
  async function check(name, run) {
    if (options.only && !name.includes(options.only)) return;
    const begun = Date.now();
    try {
      await run();
      console.log(`ok    ${name} (${Date.now() - begun} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${name}\n${error.stack}`);
    }
  }

  /** A picture of the whole page, where a folder for pictures was given; it must not be wider than the window. */
  async function picture(page, name) {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name} is ${wide} pixels wider than the window`);
    if (!options.pictures) return;
    await page.evaluate(() => document.fonts.ready);
    // The header stands at the top.
    await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" }));
    await page.screenshot({ path: join(options.pictures, `${name}.png`), fullPage: true });
  }

  /** Where the answer comes from. */
  const origin = (page) => page.locator("#watch [role=status]");
  /** Waits for a live answer that has ended. */
  const answered = (page, settings = {}) => origin(page).filter({ hasText: "tokens a second" }).waitFor(settings);

  /** What the page shows of the response: the tag's tokens, the trace, the answer. Where two stand side by side, of the forced one. */
  async function transcript(page) {
    const shown = page.locator(".transcript").first();
    const text = async (name) => (await shown.locator(`.${name} .piece:not(.mark)`).allTextContents()).join("");
    return { tag: (await shown.locator(".tag .piece").allTextContents()).join(""), trace: await text("thinking"), answer: await text("answer") };
  }

  /** The native binary's greedy response to the same question. */
  function native(prompt, language, stage, run) {
    const settings = ["--checkpoint", run, "--language", language, "--stage", stage, "--temperature", "0"];
    const out = execFileSync(options.explang, ["generate", prompt, ...settings], { encoding: "utf8" });
    // A response that was cut short ends where the line about it begins.
    const trace = /<think>\n([\s\S]*?)(?:\n?<\/think>|\n\ntag )/.exec(out)?.[1] ?? "";
    return { tag: /<lang_select>\n(.*)\n/.exec(out)?.[1], trace, answer: /<\/think>\n(.*)/.exec(out)?.[1] ?? "" };
  }

  /** Compares the page's greedy answer with the native binary's. */
  async function same(page, prompt, language, stage, run = options.run) {
    const expected = native(prompt, language, stage, run);
    const seen = await transcript(page);
    assert.ok(expected.trace.length > 3, "the comparison must not be empty");
    assert.equal(seen.trace.trim(), expected.trace.trim());
    assert.equal(seen.answer, expected.answer);
    if (language === "auto") assert.ok(seen.tag.includes(expected.tag), seen.tag);
  }

  return { options, server, browser: browser.context, check, open, listen, picture, origin, answered, transcript, same, complaints, foreign, failed: () => failed, close: async () => { await browser.close(); await server.close(); } };
}
