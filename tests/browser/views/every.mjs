// View 4: the model thinks in every language at once.
import assert from "node:assert/strict";

const QUERY = "?view=every&speed=full&problem=sums/steps/3/86/57";

const status = (page) => page.locator("#every [role=status]");
/** Waits until all seventeen have ended. */
const ended = (page) => status(page).filter({ hasText: /tokens in/ }).waitFor();
const numbers = (texts) => texts.map((text) => Number(text.match(/\d+/)[0]));

export default async function ({ check, open, answered, picture }) {
  await check("seventeen languages are written at once, each is judged, and the summary says what the cards say", async () => {
    const page = await open(QUERY);
    await ended(page);
    const cards = page.locator("#every .card");
    assert.equal(await cards.count(), 17);
    assert.equal(await cards.locator(".judged .right").count(), 17);
    assert.equal(await cards.locator(".judged .complies").count(), 17);
    const right = await cards.locator(".judged .right.good").count();
    assert.equal(Number(await page.locator(".summary .count").textContent()), right);
    const boxed = await page.locator("#every .card:has(.right.good) .boxed").allTextContents();
    for (const answer of boxed) assert.match(answer, /143/);
    const [win, tie, lose] = numbers(await page.locator(".summary .against > span").allTextContents());
    assert.equal(win + tie + lose, 16);
    const english = (await page.locator("#every .card.en .right.good").count()) === 1;
    assert.deepEqual([win, lose], english ? [0, 17 - right] : [right, 0]);
    if (right > 0) {
      const lengths = numbers(await page.locator("#every .card:has(.right.good) .spent .value").allTextContents());
      const shortest = Math.min(...lengths);
      assert.match(await page.locator(".summary .fact").nth(1).textContent(), new RegExp(`\\b${shortest} tokens of \\d+`));
    }
    console.log(`      ${await status(page).textContent()} ${right} of 17 right.`);
    await picture(page, "every-wide");
    await page.close();
  });

  await check("right-to-left languages run from right to left, and no language loses its name", async () => {
    const page = await open(QUERY);
    await ended(page);
    for (const [code, direction] of [["ar", "rtl"], ["he", "rtl"], ["ja", "ltr"]]) {
      const thought = page.locator(`#every .card.${code} .thought`);
      assert.equal(await thought.getAttribute("dir"), direction);
      assert.equal(await thought.getAttribute("lang"), code);
    }
    const chances = await page.locator("#every .chance").allTextContents();
    assert.equal(chances.filter((chance) => chance.startsWith("★")).length, 1);
    await page.close();
  });

  await check("stop ends all seventeen, and another seed or the same one can be asked", async () => {
    const page = await open("?view=every&speed=reading&problem=sums/steps/3/86/57");
    await page.locator("#every .card.en .thought").filter({ hasText: /\w/ }).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await status(page).filter({ hasText: "Stopped" }).waitFor();
    const stopped = await page.locator("#every .card .spent .value").filter({ hasText: "stopped" }).count();
    assert.ok(stopped > 0, "some language was stopped");
    assert.equal(await page.locator("#every .card .judged .right").count(), 17 - stopped);
    await page.getByRole("button", { name: "Think again" }).click();
    await status(page).filter({ hasText: "Seed 3" }).waitFor();
    await page.waitForURL(/seed=3/);
    await page.close();
  });

  await check("the same address brings the same responses, in the order it asks for", async () => {
    const traces = async (page) => {
      await ended(page);
      const cards = page.locator("#every .card");
      const all = await cards.evaluateAll((cards) => cards.map((card) => [card.classList[1], card.querySelector(".thought").textContent]));
      return Object.fromEntries(all);
    };
    const page = await open(`${QUERY}&temperature=0&stage=sft`);
    const first = await traces(page);
    await page.getByRole("radio", { name: "Right first" }).check({ force: true });
    await page.waitForURL(/order=best/);
    const verdicts = await page.locator("#every .card .right").allTextContents();
    const wrong = verdicts.findIndex((verdict) => !verdict.includes("✓"));
    assert.ok(wrong < 0 || verdicts.slice(wrong).every((verdict) => !verdict.includes("✓")), "right ones come first");
    const other = await open(`?${page.url().split("?")[1]}`);
    assert.deepEqual(await traces(other), first);
    assert.deepEqual(await other.locator("#every .card .right").allTextContents(), verdicts);
    await other.close();
    await page.close();
  });

  await check("a question changed elsewhere is thought about anew, and what is no problem is not judged", async () => {
    const page = await open(QUERY);
    await ended(page);
    const before = await page.locator("#every .question").textContent();
    await page.getByRole("button", { name: "Another problem" }).click();
    await page.locator("#every .question").filter({ hasNotText: before }).waitFor();
    await ended(page);
    assert.equal(await page.locator("#every .card .judged .right").count(), 17);
    await page.goto(page.url().split("?")[0] + "?view=every&speed=full&text=What+is+the+capital+of+France%3F");
    await ended(page);
    await page.locator("#every .unknown").filter({ hasText: "not a problem of the tasks" }).waitFor();
    assert.equal(await page.locator("#every .card .judged .right").count(), 0);
    assert.equal(await page.locator("#every .card .judged .complies").count(), 17);
    await page.close();
  });

  await check("leaving the view gives the batch up, and the first view answers", async () => {
    const page = await open("?view=every&speed=reading");
    await page.locator("#every .card.en .thought").filter({ hasText: /\w/ }).waitFor();
    await page.getByRole("link", { name: "Watch" }).click();
    await answered(page);
    await page.close();
  });

  await check("seventeen cards fit on a phone", async () => {
    const page = await open(QUERY, { size: { width: 390, height: 844 } });
    await ended(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await picture(page, "every-phone");
    assert.ok(wide <= 0, `${wide} pixels wider than the window`);
    await page.close();
  });

  await check("the cards in the dark", async () => {
    const page = await open(QUERY, { media: { colorScheme: "dark" } });
    await ended(page);
    await picture(page, "every-dark");
    await page.close();
  });
}
