// View 6: the visitor pays a group of rollouts and sees what would be learned.
import assert from "node:assert/strict";

const QUERY = "?view=trainer&speed=full&stage=sft&problem=sums/steps/3/86/57&seed=5";

const status = (page) => page.locator("#trainer [role=status]");
/** Waits until all eight have ended. */
const ended = (page) => status(page).filter({ hasText: /tokens in/ }).waitFor();
const value = (text) => Number(text.replace("−", "-").replace("+", ""));
const values = async (page, selector) => (await page.locator(selector).allTextContents()).map(value).map((number) => number + 0);
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** Sets a slider as a hand would. */
async function slide(page, name, to) {
  const slider = page.getByRole("slider", { name, exact: true });
  await slider.fill(String(to));
}

export default async function ({ check, open, answered, picture }) {
  await check("a group of eight is sampled and paid, and its advantages sum to 0", async () => {
    const page = await open(QUERY);
    await ended(page);
    assert.equal(await page.locator("#trainer .card").count(), 8);
    const rewards = await values(page, ".rewards .reward");
    const advantages = await values(page, ".learned .push .value");
    assert.deepEqual([rewards.length, advantages.length], [8, 8]);
    // Each is rounded to a hundredth.
    assert.ok(Math.abs(sum(advantages)) < 0.05, `they sum to ${sum(advantages)}`);
    const mean = sum(rewards) / 8;
    const words = await page.locator(".learned .pushed").allTextContents();
    if (Math.max(...rewards) > Math.min(...rewards)) {
      for (const [at, reward] of rewards.entries()) {
        const expected = reward > mean + 0.01 ? "pushed up" : reward < mean - 0.01 ? "pushed down" : words[at];
        assert.equal(words[at], expected, `rollout ${at + 1}: ${reward} against ${mean}`);
      }
      // GRPO's advantages have the variance (n - 1) / n, with the divisor n - 1 in their deviation.
      assert.ok(Math.abs(sum(advantages.map((a) => a * a)) - 7) < 0.2);
    }
    const languages = await values(page, ".by-language .push .value");
    assert.ok(Math.abs(sum(languages)) < 0.05);
    await page.locator(".verdict-line").filter({ hasText: /^GRPO would push/ }).waitFor();
    console.log(`      ${await page.locator(".verdict-line").textContent()}`);
    await picture(page, "trainer-wide");
    await page.close();
  });

  await check("a reward is the sum of its components times their weights", async () => {
    const page = await open(QUERY);
    await ended(page);
    const weights = (await page.locator(".rewards .times").allTextContents()).map((text) => value(text.replace("×", "").trim()));
    assert.equal(weights.length, 8);
    for (const row of await page.locator(".rewards tbody tr").all()) {
      const cells = (await row.locator("td").allTextContents()).map(value);
      const reward = cells.pop();
      const expected = sum(cells.map((cell, at) => cell * weights[at]));
      assert.ok(Math.abs(expected - reward) < 0.02, `${expected} is not ${reward}`);
    }
    await page.close();
  });

  await check("a weight changes the rewards at once, and nothing is sampled anew", async () => {
    const page = await open(QUERY);
    await ended(page);
    const thoughts = await page.locator("#trainer .thought").allTextContents();
    const told = await status(page).textContent();
    await slide(page, "format", 0);
    await slide(page, "complies", 0);
    await slide(page, "pass@k", 0);
    await slide(page, "right", 2);
    const right = await page.locator("#trainer .card .right").evaluateAll((all) => all.map((one) => (one.classList.contains("good") ? 2 : 0)));
    assert.deepEqual(await values(page, ".rewards .reward"), right);
    await page.locator(".own-weights").filter({ hasText: "Own weights" }).waitFor();
    await slide(page, "right", 0);
    assert.deepEqual(await values(page, ".rewards .reward"), Array(8).fill(0));
    await page.locator(".learned .baseline").filter({ hasText: "zero variance" }).waitFor();
    assert.deepEqual(await page.locator(".learned .pushed").allTextContents(), Array(8).fill("left as it is"));
    await slide(page, "English", -1);
    const english = await page.locator("#trainer .card").evaluateAll((all) => all.map((one) => (one.classList.contains("en") ? -1 : 0)));
    assert.deepEqual(await values(page, ".rewards .reward"), english);
    assert.deepEqual(await page.locator("#trainer .thought").allTextContents(), thoughts);
    assert.equal(await status(page).textContent(), told);
    await page.getByRole("button", { name: "Back to the variant" }).click();
    await page.locator(".own-weights").filter({ hasText: "The weights of “exploit”" }).waitFor();
    await page.close();
  });

  await check("what is paid is in the address, and comes back from it", async () => {
    const page = await open(QUERY);
    await ended(page);
    await page.getByLabel("Reward variant").selectOption("explore");
    await page.getByLabel("Rules").selectOption("official");
    await page.getByLabel("Advantage").selectOption("dr-grpo");
    await slide(page, "another language", 0.45);
    await page.waitForURL(/variant=explore&preset=official&estimator=dr-grpo&weights=0\.2\/0\.2\/1\/0\.2\/0\/0\/0\/0\.45/);
    const rewards = await page.locator(".rewards .reward").allTextContents();
    const line = await page.locator(".verdict-line").allTextContents();
    const other = await open(`?${page.url().split("?")[1]}`);
    await ended(other);
    await other.locator(".rewards .reward").first().waitFor();
    assert.deepEqual(await other.locator(".rewards .reward").allTextContents(), rewards);
    assert.deepEqual(await other.locator(".verdict-line").allTextContents(), line);
    assert.equal(await other.getByLabel("Reward variant").inputValue(), "explore");
    assert.equal(await other.getByRole("slider", { name: "another language", exact: true }).inputValue(), "0.45");
    await other.close();
    await page.close();
  });

  await check("another group is other rollouts, and stop leaves a group unpaid", async () => {
    const page = await open(QUERY);
    await ended(page);
    await page.getByRole("button", { name: "Sample another group" }).click();
    await status(page).filter({ hasText: "seed 6" }).waitFor();
    assert.equal(await page.locator(".rewards .reward").count(), 8);
    await page.close();
    const slow = await open("?view=trainer&speed=reading&stage=sft");
    await slow.locator("#trainer .thought").first().filter({ hasText: /\S/ }).waitFor();
    await slow.getByRole("button", { name: "Stop" }).click();
    await slow.locator(".outcome .honest").filter({ hasText: "You stopped the group" }).waitFor();
    assert.equal(await slow.locator(".rewards .reward").count(), 0);
    await slow.close();
  });

  await check("at temperature 0 the group is drawn at 0.1, and the page says so", async () => {
    const page = await open(`${QUERY}&temperature=0`);
    await ended(page);
    await page.locator("#trainer .note").filter({ hasText: "drawn at 0.1" }).waitFor();
    await page.close();
  });

  await check("without a right answer there is no reward", async () => {
    const page = await open("?view=trainer&speed=full&text=What+is+the+capital+of+France%3F");
    await ended(page);
    await page.locator(".outcome .honest").filter({ hasText: "Without a right answer" }).waitFor();
    assert.equal(await page.locator(".rewards .reward").count(), 0);
    await page.close();
  });

  await check("the weights are moved by keyboard", async () => {
    const page = await open(QUERY);
    await ended(page);
    await page.getByRole("slider", { name: "diversity", exact: true }).focus();
    for (let i = 0; i < 4; i += 1) await page.keyboard.press("ArrowRight");
    await page.waitForURL(/weights=0\.2\/0\.2\/1\/0\.2\/0\.5/);
    await page.close();
  });

  await check("leaving the trainer gives its group up, and the first view answers", async () => {
    const page = await open("?view=trainer&speed=reading");
    await page.locator("#trainer .thought").first().filter({ hasText: /\S/ }).waitFor();
    await page.getByRole("link", { name: "Watch" }).click();
    await answered(page);
    await page.close();
  });

  await check("the trainer fits on a phone", async () => {
    const page = await open(QUERY, { size: { width: 390, height: 844 } });
    await ended(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await picture(page, "trainer-phone");
    assert.ok(wide <= 0, `${wide} pixels wider than the window`);
    await page.close();
  });

  await check("the trainer in the dark", async () => {
    const page = await open(QUERY, { media: { colorScheme: "dark" } });
    await ended(page);
    await picture(page, "trainer-dark");
    await page.close();
  });

  await check("the trainer opens where a group still varies, and the other views at the student", async () => {
    const page = await open("?view=trainer&speed=full");
    await ended(page);
    assert.equal(await page.getByLabel("Stage of training").inputValue(), "sft");
    const languages = await page.locator("#trainer .card h4 .language").allTextContents();
    assert.ok(new Set(languages).size >= 3, languages.join(" "));
    const rewards = await values(page, ".rewards .reward");
    assert.ok(Math.max(...rewards) > Math.min(...rewards), `all get ${rewards[0]}: there is nothing to learn`);
    await page.getByRole("link", { name: "Watch" }).click();
    await answered(page);
    assert.equal(await page.getByLabel("Stage of training").inputValue(), "distil");
    await page.close();
  });
}
