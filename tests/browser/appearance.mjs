// What every view has to look like: readable by all, no wider than the window, and pictures to look at.
import assert from "node:assert/strict";

import { accessible } from "./accessible.mjs";

/** A state of each view, and what tells that it is drawn. */
const VIEWS = {
  think: { query: "?speed=full", drawn: (page) => page.locator("#watch [role=status]").filter({ hasText: "tokens a second" }) },
  arabic: { query: "?language=ar&problem=sums/steps/3/86/57&speed=full&temperature=0", drawn: (page) => page.locator("#watch [role=status]").filter({ hasText: "tokens a second" }) },
  untaught: { query: "?problem=weekdays/steps/2/1/17&speed=full&asked-in=ja", drawn: (page) => page.locator("#watch [role=status]").filter({ hasText: "tokens a second" }) },
  every: { query: "?view=every&speed=full", drawn: (page) => page.locator("#every").getByText(/win/i).first() },
  travel: { query: "?view=travel&speed=full", drawn: (page) => page.locator(".stops .good, .stops .bad").first(), before: (page) => page.getByRole("button", { name: "Visit every stage" }).click(), after: (page) => page.locator(".stops .reply").nth(5) },
  trainer: { query: "?view=trainer&speed=full", drawn: (page) => page.locator("#trainer").getByText(/pushed|left as it is/).first() },
  run: { query: "?view=run", drawn: (page) => page.locator("#run svg").first() },
};
const LOOKS = {
  wide: { media: { colorScheme: "light" } },
  dark: { media: { colorScheme: "dark" } },
  phone: { size: { width: 390, height: 844 }, media: { colorScheme: "light" } },
};

export default async function ({ check, open, picture }) {
  for (const [view, { query, drawn, before, after }] of Object.entries(VIEWS)) {
    for (const [look, settings] of Object.entries(LOOKS)) {
      await check(`${view}, ${look}: nothing is wrong for the accessibility checker, and it fits into the window`, async () => {
        const page = await open(query, settings);
        await drawn(page).waitFor();
        if (before) await before(page);
        if (after) await after(page).waitFor();
        if (view === "think" || view === "arabic") await page.locator(".thinking .piece").nth(4).focus();
        // Movements end.
        await page.waitForTimeout(400);
        await picture(page, `${view}-${look}`);
        await accessible(page);
        await page.close();
      });
    }
  }

  await check("the page does not jump while the model loads and answers", async () => {
    const page = await open("?speed=full");
    await page.locator(".piece").first().waitFor();
    await page.evaluate(() => {
      globalThis.shifted = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifted += entry.value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.locator("#watch [role=status]").filter({ hasText: "tokens a second" }).waitFor();
    const shifted = await page.evaluate(() => globalThis.shifted);
    console.log(`      cumulative layout shift ${shifted.toFixed(3)}`);
    // Under 0.1 counts as good (Core Web Vitals).
    assert.ok(shifted < 0.1, `the layout shifted by ${shifted}`);
    await page.close();
  });
}
