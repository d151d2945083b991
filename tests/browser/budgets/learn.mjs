// What a training in the page costs: seconds a step, memory, how long the page's own thread is held up, and the module's bytes.
import { join } from "node:path";

import { spread, table } from "./figures.mjs";
import { list } from "./sizes.mjs";
import { launch, settled } from "./visit.mjs";

/** The module and its script, compressed by brotli. */
const BUDGET = 1_000_000;
/** The first steps warm up and are not timed. */
const WARM_UP = 3;
/** Memory is looked at so often, in steps. */
const LOOK = 10;
const MIB = 2 ** 20;

/** Runs in the page before all else: keeps what the learner says and when, and how long the page's own thread is held up. */
function listen() {
  const Real = globalThis.Worker;
  globalThis.learned = { points: [], kept: 0, failures: [] };
  globalThis.Worker = class extends Real {
    constructor(script, ...settings) {
      super(script, ...settings);
      if (!String(script).includes("start-learner")) return;
      this.addEventListener("message", ({ data }) => {
        const news = JSON.parse(data);
        const at = performance.now() / 1000;
        if (news.Opened) globalThis.learned.points = news.Opened.points.map((point) => ({ ...point, at }));
        if (news.Step) globalThis.learned.points.push({ ...news.Step.point, at });
        if (news.Fail) globalThis.learned.failures.push(news.Fail.failure.message);
        if (news.NotKept) globalThis.learned.failures.push(news.NotKept[1].message);
      });
    }
  };
  // Two measures: the browser tells tasks of 50 ms and more; a timer that should ring every 5 ms tells shorter ones too.
  globalThis.held = { tasks: [], gap: 0 };
  new PerformanceObserver((tasks) => globalThis.held.tasks.push(...tasks.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  let rang = performance.now();
  const ring = () => {
    const now = performance.now();
    globalThis.held.gap = Math.max(globalThis.held.gap, now - rang - 5);
    rang = now;
    setTimeout(ring, 5);
  };
  ring();
}

/** The page at view 8, whose learner is listened to. */
export async function view(options, site, query = "") {
  const { browser, page } = await launch(options);
  await page.addInitScript(listen);
  await page.goto(`${site.address}dist/?view=learn${query}`);
  return { browser, page };
}

/** Waits for so many steps, and gives all that is known of each. */
export async function steps(page, count, timeout = 0) {
  await page.waitForFunction((count) => globalThis.learned.failures.length > 0 || globalThis.learned.points.length > count, count, { timeout, polling: 100 });
  const { points, failures } = await page.evaluate(() => globalThis.learned);
  if (failures.length > 0) throw new Error(`the learner failed: ${failures[0]}`);
  return points;
}

/** How long the page's own thread has been held up since this was last asked, in milliseconds: by the longest task, and between two rings of the
 * timer. */
async function held(page) {
  const { tasks, gap } = await page.evaluate(() => {
    const held = globalThis.held;
    globalThis.held = { tasks: [], gap: 0 };
    return held;
  });
  return { task: Math.max(0, ...tasks), gap };
}

/** Steps with the page's first settings, one after the other, until there are as many as the options say. */
export async function measure(options, site) {
  const { browser, page } = await view(options, site);
  try {
    const start = page.locator("#learn").getByRole("button", { name: "Start", exact: true });
    await start.waitFor();
    await held(page);
    await start.click();
    const looks = [];
    for (let step = LOOK; step <= options.steps; step += LOOK) {
      await steps(page, step);
      const { task, gap } = await held(page);
      const worker = page.workers().find((worker) => worker.url().includes("start-learner"));
      looks.push({ step, task, gap, wasm: await worker.evaluate(() => globalThis.explangMemory()), renderer: await settled(browser, page) });
      // Collecting garbage before that look was not the page's doing.
      await held(page);
    }
    const points = await steps(page, options.steps);
    return { seconds: points.slice(1).map((point) => point.rollouts.seconds), looks };
  } finally {
    await browser.close();
  }
}

/** Prints what was measured, and the module's bytes. */
export async function show({ seconds, looks }, dist) {
  const timed = seconds.slice(WARM_UP);
  console.log(`Seconds a step over ${timed.length} steps after ${WARM_UP}, 8 prompts × 8 rollouts: ${spread(timed, 2)} (median, range).\n`);
  const mib = (bytes) => (bytes === null ? "only measured on Linux" : (bytes / MIB).toFixed(1));
  table(
    ["after step", "learner's wasm memory, MiB", "renderer's private memory, MiB", "longest task, ms", "longest gap of a timer, ms"],
    looks.map(({ step, wasm, renderer, task, gap }) => [step, mib(wasm), mib(renderer), task ? task.toFixed(0) : "under 50", gap.toFixed(0)]),
  );
  const files = ["explang-learner_bg.wasm", "explang-learner.js", "start-learner.js"].map((name) => join(dist, name));
  return list("\nThe learner's module, fetched when view 8 is opened", dist, files, BUDGET);
}

/** The trainings whose choice is followed, by their buttons' names, each until its I(kind; language) is so many nats, or for all of the time. */
const TRAININGS = [
  { name: "Without explore", until: Infinity },
  { name: "Explore", until: 0.5 },
];
const SEEDS = [1, 2, 3];

/** I(kind; language) in nats, step by step, with the seconds since the training began: for each training and seed, so many minutes of it. */
export async function choice(options, site) {
  const waiting = TRAININGS.flatMap((training) => SEEDS.map((seed) => ({ ...training, seed })));
  const results = [];
  /** One training after the other, as long as any waits. */
  async function train() {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      results.push({ ...next, course: await training(options, site, next) });
      showChoice(results.at(-1), options.minutes);
    }
  }
  await Promise.all(Array.from({ length: options.together }, train));
  return results;
}

/** Trains in a new browser, and returns what is known of each step. */
async function training(options, site, { name, seed, until }) {
  const { browser, page } = await view(options, site);
  try {
    const button = page.locator("#learn").getByRole("button", { name, exact: true });
    await button.waitFor();
    const field = page.locator("#learn").getByLabel("Seed");
    await field.fill(String(seed));
    await field.blur();
    await button.click();
    await steps(page, 1);
    const enough = (until) => globalThis.learned.failures.length > 0 || globalThis.learned.points.at(-1).information >= until;
    const late = page.waitForTimeout(options.minutes * 60_000);
    await Promise.race([late, page.waitForFunction(enough, until, { timeout: 0, polling: 500 }).catch(() => late)]);
    const points = await steps(page, 1);
    return points.map(({ step, at, information, rollouts, held_out }) => {
      return { step, seconds: at - points[0].at, information, accuracy: rollouts?.accuracy ?? null, held_out };
    });
  } finally {
    await browser.close();
  }
}

/** Prints the course minute by minute. */
function showChoice({ name, seed, course }, minutes) {
  const last = course.at(-1);
  const until = Math.min(minutes, last.seconds / 60);
  const times = [...Array(Math.ceil(until)).keys(), until];
  const ends = times.map((minute) => course.filter((point) => point.seconds <= 60 * minute).at(-1));
  console.log(`\n${name}, seed ${seed}: ${last.step} steps in ${until.toFixed(1)} minutes`);
  table(
    ["minute", ...times.map((minute) => (Number.isInteger(minute) ? minute : minute.toFixed(1)))],
    [
      ["step", ...ends.map(({ step }) => step)],
      ["I(kind; language), nats", ...ends.map(({ information }) => information.toFixed(2))],
      ["right answers in the step, %", ...ends.map(({ accuracy }) => (accuracy === null ? "" : (100 * accuracy).toFixed(0)))],
    ],
  );
}
