// Uses the built page the way a person would, in headless Chromium.
//
//     node tests/browser/page.mjs [--dist dist] [--explang target/release/explang] [--pictures FOLDER]
//
// With the native binary it also compares greedy transcripts: the browser and the machine must say the same.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { chromium } from "playwright-core";

import { serve } from "./server.mjs";

const { values: options } = parseArgs({
  options: {
    dist: { type: "string", default: "dist" },
    explang: { type: "string" },
    run: { type: "string", default: "checkpoints/quick" },
    pictures: { type: "string" },
    chromium: { type: "string", default: process.env.EXPLANG_CHROMIUM ?? "/usr/bin/chromium" },
  },
});
const FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"];
/** A model loads and answers in a second; slow machines get more. */
const PATIENCE = 60_000;

const server = await serve(resolve(options.dist), "some/folder");
const profile = await mkdtemp(join(tmpdir(), "explang-page-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: options.chromium,
  args: FLAGS,
  viewport: { width: 1360, height: 900 },
});
if (options.pictures) await mkdir(options.pictures, { recursive: true });

const complaints = [];
const foreign = [];
let failed = 0;

/** A page at this state, whose complaints are collected. */
async function open(query = "", settings = {}) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on("console", (message) => {
    // A run without a manifest is no error; the browser reports the missing file all the same.
    const missing = message.location().url.endsWith("/manifest.json") && message.text().includes("404");
    if (message.type() === "error" && !missing) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(server.address) && !url.startsWith("data:")) foreign.push(url);
  });
  if (settings.size) await page.setViewportSize(settings.size);
  if (settings.media) await page.emulateMedia(settings.media);
  await page.goto(server.address + query);
  return page;
}

async function check(name, run) {
  const begun = Date.now();
  try {
    await run();
    console.log(`ok    ${name} (${Date.now() - begun} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n${error.stack}`);
  }
}

async function picture(page, name) {
  if (!options.pictures) return;
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(options.pictures, `${name}.png`), fullPage: true });
}

const facts = (page) => page.locator(".fact .big");
const origin = (page) => page.locator("#watch [role=status]");
/** Waits for a live answer that has ended. */
const answered = (page) => origin(page).filter({ hasText: "tokens a second" }).waitFor();

/** What the page shows of the response: the tag's tokens, the trace, the answer. */
async function transcript(page) {
  const text = async (name) => (await page.locator(`.transcript .${name} .piece:not(.mark)`).allTextContents()).join("");
  return { tag: (await page.locator(".transcript .tag .piece").allTextContents()).join(""), trace: await text("thinking"), answer: await text("answer") };
}

/** The native binary's greedy response to the same question. */
function native(prompt, language, stage) {
  const out = execFileSync(options.explang, ["generate", prompt, "--checkpoint", options.run, "--language", language, "--stage", stage, "--temperature", "0"], { encoding: "utf8" });
  const trace = /<think>\n([\s\S]*?)\n?<\/think>/.exec(out)?.[1] ?? "";
  return { tag: /<lang_select>\n(.*)\n/.exec(out)?.[1], trace, answer: /<\/think>\n(.*)/.exec(out)?.[1] ?? "" };
}

await check("the first view answers from a recording before the model is there", async () => {
  const page = await open();
  await origin(page).filter({ hasText: "Recorded" }).waitFor();
  assert.ok((await page.locator(".piece").count()) > 5);
  await answered(page);
  await page.close();
});

await check("the model chooses, thinks and is judged", async () => {
  const page = await open("?speed=full");
  await answered(page);
  assert.match(await facts(page).nth(0).textContent(), /^\d+$|none/);
  const values = await page.locator(".choice .value").allTextContents();
  assert.equal(values.length, 17);
  const sum = values.map((v) => (v.startsWith("<") ? 0 : parseFloat(v.replace(">", "")))).reduce((a, b) => a + b);
  assert.ok(Math.abs(sum - 100) < 1, `the probabilities sum to ${sum} %`);
  console.log(`      ${await origin(page).textContent()}`);
  console.log(`      ${await page.locator(".model").textContent()}`);
  await page.close();
});

await check("a language can be forced, and the back button undoes it", async () => {
  const page = await open("?speed=full");
  await answered(page);
  await page.getByRole("radio", { name: "한국어" }).check();
  await page.locator(".transcript.ko .thinking .piece").first().waitFor();
  await answered(page);
  assert.match(page.url(), /language=ko/);
  assert.equal(await page.locator(".thinking").getAttribute("lang"), "ko");
  await page.goBack();
  await page.getByRole("radio", { name: "Let the model choose" }).and(page.locator(":checked")).waitFor();
  await page.close();
});

await check("a link brings everything back, right to left where it must be", async () => {
  const page = await open("?problem=sums/steps/3/86/57&language=ar&seed=3&temperature=0.5&stage=sft&speed=full");
  await answered(page);
  assert.equal(await page.locator(".thinking").getAttribute("dir"), "rtl");
  assert.match(await page.locator(".question").textContent(), /86 \+ 57/);
  assert.match(await origin(page).textContent(), /Seed 3/);
  await page.close();
});

if (options.explang) {
  for (const [prompt, problem, language, stage] of [
    ["What is 47 + 38? Think in steps.", "sums/steps/3/47/38", "auto", "exploit"],
    ["What is 86 + 57? Think in steps.", "sums/steps/3/86/57", "zh", "exploit"],
    ["What is 86 + 57? Think in steps.", "sums/steps/3/86/57", "ar", "explore"],
    ["What is 358 + 467? Think in one breath.", "sums/breath/4/358/467", "th", "sft"],
    ["What is 64 + 29? Think in steps.", "sums/steps/3/64/29", "sw", "distil"],
  ]) {
    await check(`greedy, ${language}, ${stage}: the browser says what the native binary says`, async () => {
      const expected = native(prompt, language, stage);
      const page = await open(`?problem=${problem}&language=${language}&stage=${stage}&temperature=0&speed=full`);
      await answered(page);
      const seen = await transcript(page);
      assert.equal(seen.trace.trim(), expected.trace.trim());
      assert.equal(seen.answer, expected.answer);
      if (language === "auto") assert.ok(seen.tag.includes(`↵${expected.tag}↵`) || seen.tag.includes(expected.tag), seen.tag);
      assert.ok(expected.trace.length > 3, "the comparison must not be empty");
      await page.close();
    });
  }
}

await check("an answer is streamed, and stop ends it within a token", async () => {
  const page = await open("?language=en&temperature=0&speed=reading");
  await page.locator(".thinking .piece").nth(3).waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  const at = await page.locator(".thinking .piece").count();
  await page.locator(".ending").filter({ hasText: "Stopped" }).waitFor();
  const after = await page.locator(".thinking .piece").count();
  assert.ok(after - at <= 1, `${after - at} tokens came after the stop`);
  await page.waitForTimeout(400);
  assert.equal(await page.locator(".thinking .piece").count(), after);
  await page.getByRole("button", { name: "Think again" }).click();
  await answered(page);
  await page.close();
});

await check("the tokens can be walked by keyboard, and show their rivals", async () => {
  const page = await open("?speed=full");
  await answered(page);
  await page.locator(".piece").first().focus();
  for (let i = 0; i < 6; i += 1) await page.keyboard.press("ArrowRight");
  assert.match(await page.locator(".details p").textContent(), /^Token 7: probability/);
  assert.equal(await page.locator(".details li").count(), 5);
  assert.equal(await page.evaluate(() => document.activeElement.id), "piece-6");
  await page.close();
});

await check("text of one's own is recognised, or refused honestly", async () => {
  const page = await open("?speed=full");
  await page.getByRole("button", { name: "Write your own" }).click();
  const own = page.getByRole("textbox");
  await own.fill("What is 52 + 29? Think in steps.");
  await page.locator(".honest").filter({ hasText: "This kind was practised" }).waitFor();
  await own.fill("What is the capital of France?");
  await page.locator(".honest").filter({ hasText: "no problem that the model was taught" }).waitFor();
  await page.locator(".fact").filter({ hasText: "Nobody knows the right answer" }).waitFor();
  await own.fill("");
  await page.locator(".honest").filter({ hasText: "Write a problem" }).waitFor();
  await page.close();
});

await check("problems can be built, and impossible ones are refused with a reason", async () => {
  const page = await open("?speed=full");
  await answered(page);
  await page.getByRole("radio", { name: "weekdays" }).check({ force: true });
  await page.locator(".honest").filter({ hasText: "was not taught" }).waitFor();
  await page.getByRole("radio", { name: "sums" }).check({ force: true });
  await page.getByLabel("Add").fill("5000");
  await page.getByLabel("Add").blur();
  await page.locator(".refused").filter({ hasText: "no such problem" }).waitFor();
  await page.getByLabel("Add").fill("77");
  await page.getByLabel("Add").blur();
  await page.locator(".question").filter({ hasText: "77 +" }).waitFor();
  await page.close();
});

await check("damage is told with what to do", async () => {
  const broken = await serve(resolve(options.dist), "some/folder", (path) => (path.endsWith("model.safetensors") ? { status: 500 } : {}));
  const page = await browser.newPage();
  await page.goto(broken.address);
  await page.getByRole("alert").filter({ hasText: "the server answered 500" }).waitFor();
  await page.getByRole("button", { name: "Reload" }).waitFor();
  await page.close();
  await broken.close();
});

await check("the accessibility checker finds nothing", async () => {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    const page = await open("?speed=full&language=ja", { media: { colorScheme } });
    await answered(page);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run());
    const told = violations.map((v) => `${v.impact}: ${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
    assert.deepEqual(told, [], colorScheme);
    await page.close();
  }
});

await check("pictures", async () => {
  if (!options.pictures) return;
  const states = {
    auto: "?speed=full",
    arabic: "?language=ar&problem=sums/steps/3/86/57&speed=full&temperature=0",
    untaught: "?problem=weekdays/steps/2/1/17&speed=full&asked-in=ja",
  };
  for (const [name, query] of Object.entries(states)) {
    for (const [kind, settings] of Object.entries({
      wide: { media: { colorScheme: "light" } },
      dark: { media: { colorScheme: "dark" } },
      phone: { size: { width: 390, height: 844 }, media: { colorScheme: "light" } },
    })) {
      const page = await open(query, settings);
      await answered(page);
      await page.locator(".thinking .piece").nth(4).hover();
      await page.waitForTimeout(300);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await picture(page, `${name}-${kind}`);
      assert.ok(wide <= 0, `${name}-${kind} is ${wide} pixels wider than the window`);
      await page.close();
    }
  }
});

await check("no console error, no request elsewhere", async () => {
  assert.deepEqual(complaints, []);
  assert.deepEqual(foreign, []);
});

await browser.close();
await server.close();
await rm(profile, { recursive: true, force: true });
if (failed > 0) {
  console.log(`${failed} failed`);
  process.exit(1);
}
console.log("all passed");
