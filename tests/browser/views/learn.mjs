// View 8: the visitor trains a model, keeps it, asks it and takes it along.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { accessible } from "../accessible.mjs";
import { launch } from "../harness.mjs";
import { DATABASE, record, replace } from "../learner/kept.mjs";
import { serve } from "../server.mjs";

const execute = promisify(execFile);
const view = (page) => page.locator("#learn");
const told = (page) => page.locator("#learn [role=status]");
const button = (page, name) => view(page).getByRole("button", { name, exact: true });
const press = (page, name) => button(page, name).click();
/** Waits until the view has told this, and gives all that it tells then. */
async function heard(page, text) {
  await told(page).filter({ hasText: text }).waitFor();
  return told(page).textContent();
}
const steps = async (page) => Number(await page.locator("#learn .steps").textContent());
/** Waits until there are so many steps. */
const reached = (page, count) => page.waitForFunction((count) => Number(document.querySelector("#learn .steps")?.textContent) >= count, count);
const NOTHING = "There is no training yet";
/** Waits until the element that has the keyboard says this. */
const focused = (page, text) => page.waitForFunction((text) => document.activeElement.textContent === text, text);

/** Sets a number as a hand would. */
async function set(page, name, value) {
  const field = view(page).getByLabel(name);
  await field.fill(String(value));
  await field.blur();
}

/** Steps of a fraction of a second; a group can still differ in what it is paid. */
async function small(page) {
  await heard(page, NOTHING);
  await set(page, "Prompts a step", 2);
  await set(page, "Rollouts a prompt", 4);
}

/** Waits until the last step is kept, and gives it. */
async function kept(page) {
  const last = () => {
    const text = (selector) => document.querySelector(`#learn ${selector}`)?.textContent ?? "";
    return text(".kept").includes(`up to step ${text(".steps")}:`);
  };
  await page.waitForFunction(last);
  // A step that was done when the button was pressed may still arrive.
  await page.waitForTimeout(300);
  await page.waitForFunction(last);
  return steps(page);
}

/** Stops, and gives the step up to which the training is kept. */
async function pause(page) {
  await press(page, "Pause");
  await heard(page, /^Paused after \d+ steps?\./);
  return kept(page);
}

export default async function ({ options, server, check, open, listen, answered, picture, same }) {
  /** One thing that must hold in a browser in which nothing is kept; `visit` opens view 8. */
  function visitor(name, run) {
    return check(name, async () => {
      const browser = await launch(options);
      try {
        await run((settings = {}) => open("?view=learn&speed=full", { context: browser.context, ...settings }), browser.context);
      } finally {
        await browser.close();
      }
    });
  }

  await visitor("a first visit fetches nothing of the learner; the view does", async (visit, context) => {
    const asked = [];
    context.on("request", (request) => asked.push(request.url()));
    const learners = () => asked.filter((url) => /learner|checkpoints\/quick/.test(url));
    const page = await open("?speed=full", { context });
    await answered(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForLoadState("networkidle");
    assert.deepEqual(learners(), []);
    const offline = JSON.parse(await readFile(join(options.dist, "offline-files.json"), "utf8"));
    assert.deepEqual(offline.filter((file) => /learner|quick/.test(file)), []);
    await page.getByRole("link", { name: "Train it yourself" }).click();
    await heard(page, NOTHING);
    assert.ok(learners().some((url) => url.endsWith("start-learner.js")));
    assert.ok(!learners().some((url) => url.endsWith(".safetensors")), "the weights are fetched when a training begins");
  });

  await visitor("a visitor trains, pauses, changes what is paid, reloads, asks the model and takes it along", async (visit) => {
    const page = await visit();
    await small(page);
    await press(page, "Start");
    await reached(page, 10);
    const paused = await pause(page);
    assert.ok(paused >= 10);
    assert.equal(await steps(page), paused);
    await page.waitForTimeout(1500);
    assert.equal(await steps(page), paused, "a paused training stays where it is");
    await page.locator("#learn .learned-from .card").first().waitFor();

    // From the next step on only English is paid.
    const pay = page.locator("#learn .pay");
    for (const slider of await pay.getByRole("slider").all()) await slider.fill("0");
    await pay.getByRole("slider", { name: "English", exact: true }).fill("1");
    await press(page, "One step");
    await heard(page, `Step ${paused + 1}.`);
    const cards = page.locator("#learn .learned-from .card");
    const rewards = (await cards.locator(".reward").allTextContents()).map(Number);
    const english = await cards.evaluateAll((all) => all.map((card) => (card.classList.contains("en") ? 1 : 0)));
    assert.equal(rewards.length, 4);
    assert.deepEqual(rewards, english);

    // A reload loses nothing that was kept, the choice included.
    await press(page, "Start");
    await heard(page, `goes on from step ${paused + 1}`);
    await reached(page, paused + 3);
    const before = await pause(page);
    await page.reload();
    await heard(page, `The training that this browser keeps is there, with ${before} steps.`);
    assert.equal(await steps(page), before);
    assert.equal(await pay.getByRole("slider", { name: "English", exact: true }).inputValue(), "1");
    await press(page, "One step");
    await heard(page, `Step ${before + 1}.`);

    // The file holds the model of now, and so does the view that asks it.
    const [download] = await Promise.all([page.waitForEvent("download"), press(page, "Download")]);
    await heard(page, `The training is packed: ${download.suggestedFilename()}`);
    const folder = await mkdtemp(join(tmpdir(), "explang-yours-"));
    const archive = join(folder, download.suggestedFilename());
    await download.saveAs(archive);
    await execute(process.env.EXPLANG_PYTHON ?? "python3", ["-m", "zipfile", "-e", archive, folder]);
    const [run] = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const model = join(folder, run.name);
    const { stdout } = await execute(options.explang, ["inspect", model]);
    assert.match(stdout, /explore/);
    const asking = await open(`?view=think&speed=full&temperature=0&problem=sums/steps/3/57/68`, { context: page.context() });
    await asking.getByLabel("Stage of training").selectOption("yours");
    await asking.locator(".model").filter({ hasText: /your model/i }).waitFor();
    await answered(asking);
    await same(asking, "What is 57 + 68? Think in steps.", "auto", "explore", model);
    await asking.close();
    await rm(folder, { recursive: true });

    await view(page).getByRole("link", { name: "Ask it a question" }).click();
    await page.locator(".model").filter({ hasText: /your model/i }).waitFor();
    await answered(page);
    await page.goBack();

    // Deleted is deleted.
    await press(page, "Delete");
    await press(page, "Delete all of it");
    await heard(page, "Nothing is kept.");
    const left = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    assert.ok(!left.includes(DATABASE), left.join(" "));
    await page.reload();
    await heard(page, NOTHING);
  });

  await visitor("a tab that is closed while it trains loses the last steps at most", async (visit) => {
    const page = await visit();
    await small(page);
    await press(page, "Start");
    await reached(page, 12);
    const saved = Number(/up to step (\d+)/.exec(await page.locator("#learn .kept").textContent())[1]);
    assert.ok(saved >= 5);
    await page.close();
    const again = await visit();
    await heard(again, "The training that this browser keeps is there");
    const found = await steps(again);
    assert.ok(found >= saved, `${saved} were kept, and ${found} are there`);
  });

  await visitor("of two tabs the second keeps its training, and the first says so", async (visit) => {
    const first = await visit();
    await small(first);
    await press(first, "Start");
    await reached(first, 1);
    const before = await pause(first);
    const second = await visit();
    await heard(second, "The training that this browser keeps is there");
    await press(second, "Start");
    await reached(second, before + 1);
    const after = await pause(second);
    await press(first, "One step");
    await first.locator("#learn .kept.not").filter({ hasText: /another tab/i }).waitFor();
    assert.equal(await steps(first), before + 1, "the training goes on");
    const third = await visit();
    await heard(third, `with ${after} step`);
    await press(first, "Keep this one instead");
    await first.locator("#learn .kept:not(.not)").filter({ hasText: `up to step ${before + 1}` }).waitFor();
    await third.reload();
    await heard(third, `with ${before + 1} step`);
  });

  await check("where the browser keeps nothing, the view says so once, and the training goes on", async () => {
    const refusal = 'globalThis.indexedDB.__proto__.open = () => { throw new DOMException("This is a private window", "SecurityError"); };\n';
    const script = refusal + (await readFile(join(options.dist, "start-learner.js"), "utf8"));
    const site = await serve(options.dist, "some/folder", (path) => (path === "start-learner.js" ? { body: Buffer.from(script) } : {}));
    const browser = await launch(options);
    const page = await browser.context.newPage();
    listen(page, site.address);
    await page.goto(`${site.address}?view=learn&speed=full`);
    await small(page);
    await press(page, "Start");
    await page.locator("#learn .kept.not").filter({ hasText: "This is a private window" }).waitFor();
    await reached(page, 7);
    assert.equal(await page.locator("#learn .kept.not").count(), 1);
    assert.equal(await view(page).getByRole("alert").count(), 0);
    await browser.close();
    await site.close();
  });

  await visitor("what another version of the page has kept is left alone until it is replaced", async (visit) => {
    const page = await visit();
    await small(page);
    await press(page, "Start");
    await reached(page, 1);
    await pause(page);
    const head = await record(page, "head");
    const later = head.subarray(head.indexOf("\n") + 1).toString().replace(/"version":\d+/, '"version":999');
    const written = await page.evaluate(async (text) => {
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
      return `${[...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("")}\n${text}`;
    }, later);
    await replace(page, "head", Buffer.from(written));
    await page.reload();
    await page.locator("#learn .kept.not").filter({ hasText: /format 999/ }).waitFor();
    assert.deepEqual((await record(page, "head")).toString(), written);
    await small(page);
    await press(page, "Start");
    await reached(page, 2);
    await pause(page);
    await page.reload();
    await heard(page, "The training that this browser keeps is there");
  });

  await visitor("all of it works by keyboard", async (visit) => {
    const page = await visit();
    await small(page);
    await button(page, "Start").focus();
    await page.keyboard.press("Enter");
    await reached(page, 2);
    await focused(page, "Pause");
    await page.keyboard.press("Space");
    const before = await kept(page);
    await page.keyboard.press("Tab");
    await focused(page, "One step");
    await page.keyboard.press("Enter");
    await heard(page, `Step ${before + 1}.`);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await focused(page, "Begin anew");
    await page.keyboard.press("Escape");
    await focused(page, "Back to the beginning");
    assert.equal(await steps(page), before + 1);
    await page.keyboard.press("Enter");
    await focused(page, "Begin anew");
    await page.keyboard.press("Enter");
    await heard(page, "No step has been taken");
    assert.equal(await steps(page), 0);
  });

  await visitor("an experiment sets what is paid, and begins anew", async (visit) => {
    const page = await visit();
    await small(page);
    await press(page, "English is paid for itself");
    await reached(page, 1);
    assert.equal(await button(page, "English is paid for itself").getAttribute("aria-current"), "true");
    await pause(page);
    await press(page, "Without explore");
    await press(page, "Begin the experiment");
    await heard(page, "Training.");
    assert.equal(await view(page).getByLabel("Reward variant").inputValue(), "exploit");
    // Perhaps before its first step, of which nothing is kept.
    await press(page, "Pause");
    await heard(page, /^Paused after \d+ steps?\./);
  });

  const looks = {
    wide: { media: { colorScheme: "light" } },
    dark: { media: { colorScheme: "dark" } },
    phone: { size: { width: 390, height: 844 }, media: { colorScheme: "light" } },
    arabic: { media: { colorScheme: "light" }, language: "ar" },
    still: { media: { colorScheme: "light", reducedMotion: "reduce" } },
  };
  for (const [look, { language = "auto", ...settings }] of Object.entries(looks)) {
    await visitor(`learn, ${look}: nothing is wrong for the accessibility checker, and it fits into the window`, async (visit) => {
      const page = await visit(settings);
      await small(page);
      await view(page).getByLabel("Thinking language").selectOption(language);
      await press(page, "Start");
      await reached(page, 4);
      await pause(page);
      if (language !== "auto") {
        const thought = page.locator("#learn .card.ar .thought").first();
        assert.equal(await thought.getAttribute("dir"), "rtl");
      }
      await page.waitForTimeout(400);
      await picture(page, `learn-${look}`);
      await accessible(page);
    });
  }
}
