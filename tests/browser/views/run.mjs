// View 7: read a run, one that is built in, one of a folder, and one in progress.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const legend = (page) => page.locator("#run .legend");
const walk = (page) => page.getByRole("slider", { name: "Step", exact: true });
const told = (page) => page.locator("#run [role=status]");
const place = (page) => page.locator("#run .walk .place");

/** The shares of the languages, and of no language, at the step that is looked at. */
async function shares(page) {
  const values = await legend(page).locator("li:not([hidden]):not(:first-child) .value").allTextContents();
  return values.map(parseFloat);
}

async function folder() {
  return mkdtemp(join(tmpdir(), "explang-run-"));
}

/** `explang serve` with a run; gives its address once it listens. */
async function show(options, run, port) {
  const server = spawn(options.explang, ["serve", run, "--dist", options.dist, "--port", String(port)]);
  const address = await new Promise((found, failed) => {
    let out = "";
    server.stdout.on("data", (text) => {
      out += text;
      const address = /http:\/\/\S+/.exec(out)?.[0];
      if (address) found(address);
    });
    server.on("exit", () => failed(new Error(`explang serve ended: ${out}`)));
  });
  const end = () =>
    new Promise((done) => {
      server.once("exit", done);
      server.kill();
    });
  return { address, end };
}

export default async function ({ options, server, browser, check, open, picture }) {
  const log = (await readFile(join(options.run, "metrics.jsonl"), "utf8")).trimEnd().split("\n");
  const steps = (stage) => log.filter((line) => JSON.parse(line).stage === stage).length;
  const [explored, exploited] = [steps("explore"), steps("exploit")];
  const all = explored + exploited;
  const starts = (text) => new RegExp(`^${text}`);

  await check("the built-in run shows its choices, and every step's shares sum to 100 %", async () => {
    const page = await open("?view=run");
    await legend(page).waitFor();
    assert.match(await told(page).textContent(), /^\d+ steps in 7 stages\.$/);
    assert.match(await place(page).textContent(), starts(`Step ${all} of ${all}: Exploit, step ${exploited}`));
    await walk(page).focus();
    for (const key of ["End", "ArrowLeft", "Home", "ArrowRight"]) {
      await page.keyboard.press(key);
      const shown = await shares(page);
      const sum = shown.reduce((a, b) => a + b);
      // Each is rounded to a tenth.
      assert.ok(Math.abs(sum - 100) < 1, `${key}: ${sum}`);
    }
    assert.match(await place(page).textContent(), starts(`Step 2 of ${all}: Explore, step 2`));
    assert.match(await walk(page).getAttribute("aria-valuetext"), starts(`Step 2 of ${all}.*Choice entropy 2\\.\\d+ nats.*%$`));
    await picture(page, "run-first-steps");
    await page.close();
  });

  await check("pointing at any chart moves all of them to its step", async () => {
    const page = await open("?view=run&window=1");
    await legend(page).waitFor();
    const chart = page.locator("#run .small-charts .canvas").first();
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    await page.mouse.move(box.x + 1, box.y + 20);
    await place(page).filter({ hasText: /^Step 1 of/ }).waitFor();
    await page.mouse.move(box.x + box.width / 2, box.y + 20);
    await place(page).filter({ hasText: starts(`Step (${Math.floor(all / 2)}|${Math.floor(all / 2) + 1}) of`) }).waitFor();
    const at = await page.locator("#run line.cursor").evaluateAll((lines) => lines.map((line) => line.getAttribute("x1")));
    assert.equal(new Set(at).size, 1);
    await page.close();
  });

  await check("part and window are in the address, and a link brings them back", async () => {
    const page = await open("?view=run");
    await legend(page).waitFor();
    await page.getByRole("radio", { name: "Pretraining" }).check({ force: true });
    await page.waitForURL(/part=pretrain/);
    await page.locator("#run .chart h3").filter({ hasText: "Loss" }).waitFor();
    assert.equal(await legend(page).count(), 0);
    await page.getByRole("slider", { name: /^Averaged over/ }).fill("5");
    await page.waitForURL(/window=25/);
    await page.locator("#run .window").filter({ hasText: "the mean of the 25 steps" }).waitFor();
    await picture(page, "run-pretraining");
    await page.reload();
    await page.locator("#run .window").filter({ hasText: "Averaged over 25 steps" }).waitFor();
    await page.locator("#run .chart h3").filter({ hasText: "Loss" }).waitFor();
    await page.goBack();
    await legend(page).waitFor();
    await page.close();
  });

  await check("the values are there as a table", async () => {
    const page = await open("?view=run&part=control");
    await page.getByText("These values as a table").click();
    const rows = page.locator("#run .values tbody tr");
    await rows.first().waitFor();
    assert.equal(await rows.count(), 10);
    assert.match(await rows.last().textContent(), starts(`${steps("control-explore") + steps("control")}Control: exploit`));
    await page.close();
  });

  await check("no column of the table of figures is cut, at any width", async () => {
    const page = await open("?view=run");
    await page.locator("#run .evaluated tbody td").first().waitFor();
    for (const width of [1440, 1280, 961, 960, 897, 896, 600, 390, 320]) {
      await page.setViewportSize({ width, height: 900 });
      const cut = await page.locator("#run .evaluated tbody :is(th, td)").evaluateAll((cells) => {
        const { right } = document.querySelector("#run").getBoundingClientRect();
        const isCut = (cell) => cell.getBoundingClientRect().right > right + 1 || cell.scrollWidth > cell.clientWidth + 2;
        return cells.filter(isCut).map((cell) => cell.textContent);
      });
      assert.deepEqual(cut, [], `at ${width} pixels`);
    }
    await page.close();
  });

  await check("the evaluations are shown with their intervals", async () => {
    const page = await open("?view=run");
    const rows = page.locator("#run .evaluated tbody tr");
    await rows.first().waitFor();
    const { stages } = JSON.parse(await readFile(join(options.run, "summary.json"), "utf8"));
    assert.equal(await rows.count(), Object.keys(stages).length);
    const exploit = rows.filter({ has: page.getByRole("rowheader", { name: "Exploit", exact: true }) });
    const [low, high] = stages.exploit.self.intervals.accuracy.map((end) => (100 * end).toFixed(1));
    const cell = await exploit.locator("td").first().textContent();
    assert.ok(cell.includes(`${(100 * stages.exploit.self.accuracy).toFixed(1)} %`) && cell.includes(`${low} to ${high}`), cell);
    await page.close();
  });

  await check("a folder of one's own is read here, broken lines are counted, and nothing is sent", async () => {
    const parent = await folder();
    const run = join(parent, "mine");
    await cp(resolve(options.run), run, { recursive: true });
    await appendFile(join(run, "metrics.jsonl"), 'nonsense\n{"stage":"exploit"}\n{"stage":"exploit","step":90,"accur');
    const page = await open("?view=run");
    await legend(page).waitFor();
    // The page's own files have all come.
    await page.locator(".model").filter({ hasText: "the distilled student" }).waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForLoadState("networkidle");
    const sent = [];
    page.on("request", (request) => sent.push(request.url()));
    await page.getByRole("radio", { name: "A folder of yours" }).check();
    await told(page).filter({ hasText: "Choose a run's folder" }).waitFor();
    await page.getByLabel("Choose a folder").setInputFiles(run);
    await told(page).filter({ hasText: "Nothing was uploaded" }).waitFor();
    assert.match(await told(page).textContent(), /Read metrics\.jsonl \([\d.]+ [kM]B\) and summary\.json \([\d.]+ [kM]B\) in mine\. \d+ steps in 7 stages\./);
    await page.getByText("3 lines could not be read.").waitFor();
    await legend(page).waitFor();
    await picture(page, "run-folder");
    // A folder without a run.
    await page.getByLabel("Choose a folder").setInputFiles(join(run, "stages", "sft", "checkpoint"));
    await page.getByRole("alert").filter({ hasText: "There is no run in it." }).waitFor();
    // One file alone, dropped anywhere on the page.
    const text = await readFile(join(run, "metrics.jsonl"), "utf8");
    await page.evaluate((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text.split("\n").slice(-100).join("\n")], "metrics.jsonl"));
      for (const type of ["dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
      }
    }, text);
    await told(page).filter({ hasText: "in 1 stage." }).waitFor();
    assert.deepEqual(sent, []);
    await page.close();
    await rm(parent, { recursive: true });
  });

  await check("responses of another engine are shown beside their baseline, without steps", async () => {
    const parent = await folder();
    const [rows, out] = ["rows.jsonl", "result"].map((name) => join(parent, name));
    const row = (answer) => {
      const response = `<think>\nWe count all of the apples.\n</think>\n\\boxed{${answer}}`;
      return `${JSON.stringify({ response, ground_truth: 1, prompt: "p" })}\n`;
    };
    await writeFile(rows, row(1) + row(2));
    await promisify(execFile)(options.explang, ["eval", "--responses", rows, "--baseline", rows, "--out", out]);
    const page = await open("?view=run");
    await page.getByRole("radio", { name: "A folder of yours" }).check();
    await page.getByLabel("Choose a folder").setInputFiles(out);
    await page.getByRole("rowheader", { name: "Responses", exact: true }).waitFor();
    const shown = page.locator("#run .evaluated tbody tr");
    assert.equal(await shown.count(), 2);
    assert.match(await shown.first().textContent(), /50\.0 %/);
    await page.locator("#run .compared li").filter({ hasText: "Responses minus baseline" }).waitFor();
    assert.equal(await page.locator("#run .body").isVisible(), false);
    await page.close();
    await rm(parent, { recursive: true });
  });

  await check("where the server shows no run, the page says so and keeps its own", async () => {
    // Not `open`: the browser reports the missing run.
    const page = await browser.newPage();
    await page.goto(`${server.address}?view=run`);
    await legend(page).waitFor();
    await page.getByRole("radio", { name: "The run that this server shows" }).check();
    await page.getByRole("alert").filter({ hasText: "This server shows no run." }).waitFor();
    assert.doesNotMatch(page.url(), /run=served/);
    await page.getByRole("radio", { name: "The run of this page" }).check();
    await legend(page).waitFor();
    await page.close();
  });

  await check("a run in progress grows on the page, survives a lost connection, and its models can be asked", async () => {
    const run = await folder();
    const first = log.findIndex((line) => line.includes('"stage":"exploit"'));
    const lines = (to) => `${log.slice(0, to).join("\n")}\n`;
    await cp(resolve(options.run), run, { recursive: true });
    for (const name of ["summary.json", "stages/exploit", "stages/control", "stages/distil"]) await rm(join(run, name), { recursive: true });
    await writeFile(join(run, "metrics.jsonl"), lines(first + 10));
    let shown = await show(options, run, 0);
    const { port } = new URL(shown.address);
    const page = await browser.newPage();
    // The address leads to the run.
    await page.goto(shown.address);
    await page.getByRole("radio", { name: "The run that this server shows" }).and(page.locator(":checked")).waitFor();
    await place(page).filter({ hasText: `Step ${explored + 10} of ${explored + 10}: Exploit, step 10` }).waitFor();
    await told(page).filter({ hasText: "has not ended" }).waitFor();
    await appendFile(join(run, "metrics.jsonl"), `${log.slice(first + 10, first + 30).join("\n")}\n`);
    await place(page).filter({ hasText: `Step ${explored + 30} of ${explored + 30}` }).waitFor();
    const row = (name) => page.locator(".run-stages li").filter({ has: page.getByText(name, { exact: true }) });
    assert.match(await row("Explore").textContent(), new RegExp(`done after ${explored} steps`));
    assert.match(await row("Exploit").textContent(), /step 30|waiting/);
    await picture(page, "run-in-progress");
    // A resumed run takes steps back.
    await writeFile(join(run, "metrics.jsonl"), lines(first + 5));
    await place(page).filter({ hasText: `Step ${explored + 5} of ${explored + 5}` }).waitFor();
    await shown.end();
    await told(page).filter({ hasText: "The connection is lost. Trying again" }).waitFor();
    shown = await show(options, run, port);
    await told(page).filter({ hasText: "has not ended" }).waitFor();
    await row("Explore").getByRole("button", { name: "Ask it" }).click();
    await page.waitForURL(/stage=explore&.*run=served/);
    await page.locator("#watch [role=status]").filter({ hasText: "tokens a second" }).waitFor({ timeout: 60_000 });
    await page.close();
    await shown.end();
    await rm(run, { recursive: true });
  });
}
