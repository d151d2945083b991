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
    assert.equal(await page.locator(".thinking").getAttribute("dir"), "rtl");
    assert.match(await page.locator(".question").textContent(), /86 \+ 57/);
    assert.match(await origin(page).textContent(), /Seed 3/);
    await page.close();
  });

  for (const [prompt, problem, language, stage] of [
    ["What is 47 + 38? Think in steps.", "sums/steps/3/47/38", "auto", "exploit"],
    ["What is 86 + 57? Think in steps.", "sums/steps/3/86/57", "zh", "exploit"],
    ["What is 86 + 57? Think in steps.", "sums/steps/3/86/57", "ar", "explore"],
    ["What is 358 + 467? Think in one breath.", "sums/breath/4/358/467", "th", "sft"],
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
    await page.locator(".honest").filter({ hasText: "The model was not taught this problem" }).waitFor();
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
}
