// A model of the visitor's, in a GGUF file.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { gguf } from "../gguf.mjs";
import { launch } from "../harness.mjs";

const QUESTION = "?problem=sums/steps/3/47/38&temperature=0&speed=full";
const PROMPT = "What is 47 + 38? Think in steps.";

export default async function ({ options, check, open, answered, transcript, picture }) {
  const folder = await mkdtemp(join(tmpdir(), "explang-gguf-"));
  const checkpoint = join(options.run, "stages/distil/checkpoint");
  const give = (page, ...files) => page.locator(".own-file input").setInputFiles(files);
  const told = (page, text) => page.locator(".model").filter({ hasText: text }).waitFor();

  /** What the native binary says. */
  function native(file) {
    const out = execFileSync(options.explang, ["generate", PROMPT, "--checkpoint", file, "--temperature", "0"], { encoding: "utf8" });
    return { trace: /<think>\n([\s\S]*?)\n?<\/think>/.exec(out)[1], answer: /<\/think>\n(.*)/.exec(out)[1] };
  }

  for (const format of ["F16", "Q8_0", "Q4_0"]) {
    await check(`a GGUF file in ${format} is opened and answers as the native binary does`, async () => {
      const file = join(folder, `${format}.gguf`);
      await writeFile(file, await gguf(checkpoint, format));
      const page = await open(QUESTION);
      await answered(page);
      await give(page, file);
      await told(page, `${format}.gguf`);
      await answered(page);
      assert.match(page.url(), /run=file/);
      const [expected, seen] = [native(file), await transcript(page)];
      assert.ok(expected.trace.length > 3);
      assert.equal(seen.trace.trim(), expected.trace.trim());
      assert.equal(seen.answer, expected.answer);
      await page.getByText("What the model of your file was taught is not known here.").waitFor();
      console.log(`      ${await page.locator(".model").textContent()}`);
      await picture(page, `file-${format}`);
      await page.close();
    });
  }

  await check("a file that is no GGUF file is refused with what to do, and another one is opened in its place", async () => {
    const [wrong, right] = [join(folder, "wrong.gguf"), join(folder, "Q8_0.gguf")];
    const page = await open(QUESTION);
    await answered(page);
    const whole = await gguf(checkpoint, "Q8_0");
    await writeFile(right, whole);
    await writeFile(wrong, "no model");
    await give(page, wrong);
    await page.getByRole("alert").filter({ hasText: "not a GGUF file" }).filter({ hasText: "Open another file" }).first().waitFor();
    await writeFile(wrong, whole.subarray(0, whole.length / 2));
    await give(page, wrong);
    await page.getByRole("alert").filter({ hasText: "damaged or cut short" }).first().waitFor();
    await give(page, right);
    await told(page, "Q8_0.gguf");
    await answered(page);
    await page.getByRole("button", { name: "Back to the run's model" }).click();
    await told(page, "the distilled student");
    await page.goBack();
    await told(page, "Q8_0.gguf");
    await answered(page);
    // The address of a file is of no use to another page.
    const other = await open(new URL(page.url()).search);
    await told(other, "the distilled student");
    await other.close();
    await page.close();
  });

  await check("on the graphics processor a GGUF file answers as the native binary does", async () => {
    const file = join(folder, "Q4_0.gguf");
    await writeFile(file, await gguf(checkpoint, "Q4_0"));
    const browser = await launch(options, { webgpu: true });
    const page = await open(`${QUESTION}&device=webgpu`, { context: browser.context });
    await answered(page);
    await give(page, file);
    await told(page, "Q4_0.gguf, on your graphics processor");
    await told(page, "a known answer checked");
    await answered(page);
    const [expected, seen] = [native(file), await transcript(page)];
    assert.equal(seen.trace.trim(), expected.trace.trim());
    assert.equal(seen.answer, expected.answer);
    await browser.close();
  });

  await rm(folder, { recursive: true });
}
