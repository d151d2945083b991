// Views 1 to 3: ask, choose, watch it think.
import assert from "node:assert/strict";

/** The numbered facts of the verdict. */
const facts = (page) => page.locator(".fact .big");

export default async function ({ server, check, open, answered, origin, same, picture }) {
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

  await check("a language can be picked: both answers stand side by side, the pick has its price, and the back button undoes it", async () => {
    const page = await open("?speed=full&seed=4");
    await answered(page);
    const alone = await page.locator(".transcript .piece").allTextContents();
    await page.getByRole("radio", { name: "한국어" }).check();
    await page.locator(".transcript.ko .thinking .piece").first().waitFor();
    await answered(page);
    assert.match(page.url(), /language=ko/);
    assert.equal(await page.locator(".transcript").count(), 2);
    assert.equal(await page.locator(".thinking").first().getAttribute("lang"), "ko");
    // What stands beside it is what the model said alone, with the same seed.
    assert.deepEqual(await page.locator(".transcript").nth(1).locator(".piece").allTextContents(), alone);
    assert.equal(await page.locator(".verdict").count(), 2);
    await page.locator(".price").filter({ hasText: /Of held-out problems of this kind, sums in steps, it solves \d+\s%/ }).waitFor();
    console.log(`      ${await page.locator(".price").textContent()}`);
    await page.goBack();
    await page.getByRole("radio", { name: "Let the model choose" }).and(page.locator(":checked")).waitFor();
    await page.locator(".transcript").nth(1).waitFor({ state: "detached" });
    await page.close();
  });

  await check("the model chooses differently from problem to problem", async () => {
    const chosen = new Map();
    for (const problem of ["sums/steps/3/47/38", "weekdays/steps/3/3/45", "months/steps/2/5/20", "clock/steps/2/09:45/20"]) {
      const page = await open(`?problem=${problem}&temperature=0&speed=full`);
      await answered(page);
      chosen.set(problem, await page.locator(".thinking").getAttribute("lang"));
      await page.close();
    }
    console.log(`      ${[...chosen].map(([problem, language]) => `${problem} ${language}`).join(", ")}`);
    assert.ok(new Set(chosen.values()).size >= 3, [...chosen.values()].join(" "));
  });

  await check("an address names only what differs from the default", async () => {
    const page = await open();
    const link = (name) => page.getByRole("navigation").getByRole("link", { name }).evaluate((link) => link.href);
    assert.equal(await link("Ask"), `${server.address}#ask`);
    assert.equal(await link("All at once"), `${server.address}?view=every#every`);
    await page.getByRole("radio", { name: "한국어" }).check();
    await page.waitForURL(`${server.address}?language=ko`);
    assert.equal(await link("All at once"), `${server.address}?view=every&language=ko#every`);
    await page.getByRole("radio", { name: "Let the model choose" }).check();
    await page.waitForURL(server.address);
    await page.close();
  });

  await check("a link brings everything back, right to left where it must be", async () => {
    const page = await open("?problem=sums/steps/3/86/57&language=ar&seed=3&temperature=0.5&stage=sft&speed=full");
    await answered(page);
    assert.equal(await page.locator(".thinking").first().getAttribute("dir"), "rtl");
    assert.match(await page.locator(".question").textContent(), /86 \+ 57/);
    assert.match(await origin(page).textContent(), /Seed 3/);
    await page.close();
  });

  for (const [prompt, problem, language, stage] of [
    ["What is 47 + 38? Think in steps.", "sums/steps/3/47/38", "auto", "exploit"],
    ["What is 86 + 57? Think in steps.", "sums/steps/3/86/57", "zh", "exploit"],
    ["What is 86 + 57? Think in steps.", "sums/steps/3/86/57", "ar", "explore"],
    ["What is 34 × 7? Think in steps.", "products/steps/2/34/7", "th", "sft"],
    ["What is 64 + 29? Think in steps.", "sums/steps/3/64/29", "sw", "distil"],
  ]) {
    await check(`greedy, ${language}, ${stage}: the browser says what the native binary says`, async () => {
      const page = await open(`?problem=${problem}&language=${language}&stage=${stage}&temperature=0&speed=full`);
      await answered(page);
      await same(page, prompt, language, stage);
      await page.close();
    });
  }

  await check("an answer is streamed, and stop ends it within a token", async () => {
    const page = await open("?language=en&temperature=0&speed=reading");
    const pieces = page.locator(".transcript").first().locator(".piece");
    await pieces.nth(3).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    const at = await pieces.count();
    await page.locator(".ending").first().filter({ hasText: "Stopped" }).waitFor();
    const after = await pieces.count();
    assert.ok(after - at <= 1, `${after - at} tokens came after the stop`);
    await page.waitForTimeout(400);
    assert.equal(await pieces.count(), after);
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
    await page.locator(".honest").filter({ hasText: "The model was not taught this problem" }).waitFor();
    await page.locator(".fact").filter({ hasText: "Nobody knows the right answer" }).waitFor();
    await own.fill("");
    await page.locator(".honest").filter({ hasText: "Write a problem" }).waitFor();
    await page.close();
  });

  await check("whatever the builder offers was taught, and what was not is refused with a reason", async () => {
    const page = await open("?speed=full");
    await answered(page);
    const kinds = page.locator(".builder fieldset").first().getByRole("radio");
    assert.ok((await kinds.count()) >= 4);
    for (const kind of await kinds.all()) {
      await kind.check({ force: true });
      const styles = page.locator(".builder fieldset").nth(1).getByRole("radio");
      for (const style of await styles.all()) {
        await style.check({ force: true });
        await page.locator(".honest").filter({ hasText: "This kind was practised" }).waitFor();
      }
    }
    await page.getByRole("radio", { name: "sums" }).check({ force: true });
    await page.getByLabel("Add").fill("5000");
    await page.getByLabel("Add").blur();
    await page.locator(".refused").filter({ hasText: "was taught no such problem" }).waitFor();
    await page.getByLabel("Add").fill("77");
    await page.getByLabel("Add").blur();
    await page.locator(".question").filter({ hasText: "77 +" }).waitFor();
    await page.close();
  });
}
