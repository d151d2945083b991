// Speaks to the learner as the page does, without the page's views: what it says is kept until somebody asks for it.

/** Runs in the page: starts the learner. */
function start(script) {
  const worker = new Worker(script, { type: "module" });
  const said = [];
  let wake = () => {};
  const hear = (kind, news) => {
    said.push([kind, news]);
    wake();
  };
  worker.onmessage = ({ data }) => {
    const news = JSON.parse(data);
    if (typeof news === "string") hear(news, null);
    else hear(...Object.entries(news)[0]);
  };
  worker.onerror = ({ message }) => hear("Fail", { failure: { message, advice: "" } });
  globalThis.order = (order) => worker.postMessage(JSON.stringify(order));
  /** The next news of this kind; what comes before it is dropped, but for a failure, which is thrown. */
  globalThis.hear = async (wanted) => {
    for (;;) {
      while (said.length > 0) {
        const [kind, news] = said.shift();
        if (kind === wanted) return news;
        if (kind === "Fail") throw new Error(`${news.failure.message} ${news.failure.advice}`);
      }
      await new Promise((heard) => {
        wake = heard;
      });
    }
  };
}

/** A learner in `page`, which goes to a plain file beside the page's for it: nothing else computes there. */
export async function learner(page, address) {
  await page.goto(`${address}offline-files.json`);
  await page.evaluate(start, `${address}start-learner.js`);
  const hear = (kind) => page.evaluate((kind) => globalThis.hear(kind), kind);
  const order = (text) => page.evaluate((text) => globalThis.order(text), text);
  await hear("Ready");
  return {
    order,
    hear,
    /** Gives an order, and waits for news of this kind. */
    ask: async (text, kind) => {
      await order(text);
      return hear(kind);
    },
  };
}
