// Nothing leaks: a model is loaded and unloaded twenty times, and memory stays where it was.
import assert from "node:assert/strict";

/** Loads after which memory is looked at first: allocators keep what they once had. */
const WARM_UP = 10;
const LOADS = 20;
/** A model is four times as large: one that stayed behind would be seen. An allocator may still take a page or two more. */
const SLACK = 2 ** 20;

export default async function ({ check, open, answered }) {
  await check(`${LOADS} loads leave the engine's memory where it was`, async () => {
    const page = await open("?speed=full&temperature=0&stage=sft");
    await answered(page);
    // The engine runs in a worker: its WebAssembly memory only ever grows, so its size is the most that was ever needed.
    const size = async () => {
      const [worker] = page.workers();
      return worker.evaluate(() => globalThis.explangMemory());
    };
    const sizes = [await size()];
    for (let load = 1; load <= WARM_UP + LOADS; load += 1) {
      const stage = load % 2 ? "exploit" : "sft";
      await page.getByLabel("Stage of training").selectOption(stage);
      await page.locator(".model").filter({ hasText: `after ${stage === "sft" ? "SFT" : stage}` }).waitFor();
      await answered(page);
      sizes.push(await size());
    }
    const [before, after] = [sizes[WARM_UP], sizes.at(-1)];
    console.log(`      engine memory ${(before / 2 ** 20).toFixed(1)} MiB after ${WARM_UP} loads, ${(after / 2 ** 20).toFixed(1)} MiB after ${WARM_UP + LOADS}`);
    assert.ok(after - before < SLACK, `it grew by ${after - before} bytes: ${sizes}`);
    await page.close();
  });
}
