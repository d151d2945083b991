// View 5: travel through training.
import assert from "node:assert/strict";

export default async function ({ check, open }) {
  await check("every stage can be visited, and each says what it chose and answered", async () => {
    const page = await open("?view=travel&speed=full&temperature=0");
    await page.locator(".stops tr.here .reply").waitFor();
    await page.getByRole("button", { name: "Visit every stage" }).click();
    for (let stage = 0; stage < 6; stage += 1) await page.locator(".stops tbody tr").nth(stage).locator(".reply").waitFor();
    for (const bar of await page.locator(".shares").all()) {
      const widths = await bar.locator(".share").evaluateAll((shares) => shares.map((share) => parseFloat(share.style.width)));
      assert.equal(widths.length, 17);
      const sum = widths.reduce((a, b) => a + b);
      assert.ok(Math.abs(sum - 100) < 0.5, `the shares sum to ${sum} %`);
    }
    const said = await page.locator(".shares").evaluateAll((bars) => bars.map((bar) => bar.getAttribute("aria-label")));
    assert.equal(new Set(said).size, 6, "six checkpoints choose in six ways");
    await page.close();
  });

  await check("the slider moves through the stages by keyboard, and the address says where it is", async () => {
    const page = await open("?view=travel&speed=full&temperature=0&stage=sft");
    await page.locator(".stops tr.here .reply").waitFor();
    const slider = page.getByRole("slider", { name: "Stage of training" });
    assert.equal(await slider.getAttribute("aria-valuetext"), "SFT");
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(/stage=explore/);
    assert.equal(await slider.getAttribute("aria-valuetext"), "explore");
    await page.locator(".stops tbody tr").nth(2).locator(".reply").waitFor();
    // What was seen before stays.
    assert.equal(await page.locator(".stops .reply").count(), 2);
    await page.close();
  });
}
