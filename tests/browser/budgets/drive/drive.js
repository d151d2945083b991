// Starts workers and times what they answer. Both kinds run in a worker and are timed here, by the page that asks them.

const contenders = {};
globalThis.contenders = contenders;

function worker(url) {
  const made = new Worker(url, { type: "module" });
  made.addEventListener("error", (event) => console.error(`${url}: ${event.message}`));
  return made;
}

/** The page's engine, spoken to as the page does. */
globalThis.startOurs = async (name, script, run) => {
  const engine = worker(script);
  let id = 0;
  let hears = () => {};
  engine.onmessage = ({ data }) => {
    const [kind, reply] = data === '"Ready"' ? ["Ready", {}] : Object.entries(JSON.parse(data))[0];
    hears(kind, reply);
  };
  const until = (wanted, also = () => {}) =>
    new Promise((done, failed) => {
      hears = (kind, reply) => {
        if (kind === "Fail") failed(new Error(`${reply.failure.message} ${reply.failure.advice}`));
        also(kind, reply);
        if (kind === wanted) done(reply);
      };
    });
  const send = (kind, request) => engine.postMessage(JSON.stringify({ [kind]: { id: (id += 1), ...request } }));
  await until("Ready");
  const loaded = until("Loaded");
  send("Load", { run, origin: "Exported", stage: "exploit" });
  await loaded;
  contenders[name] = async ({ prompt, language, most, batch }) => {
    const columns = Array.from({ length: batch }, () => ({ prompt, language, seed: 1 }));
    const ids = columns.map(() => []);
    const begun = performance.now();
    const done = until("Done", (kind, reply) => {
      if (kind === "Tokens") for (const { column, token } of reply.tokens) ids[column].push(token);
    });
    send("Ask", { columns, sampling: { temperature: 0, top_p: 1, max_new_tokens: most }, pause: 0 });
    await done;
    return { milliseconds: performance.now() - begun, ids };
  };
};

/** transformers.js, started with these settings (see peer.js). */
globalThis.startPeer = async (name, settings) => {
  const peer = worker("./peer.js");
  let hears = () => {};
  peer.onmessage = ({ data }) => hears(data);
  const until = (wanted) =>
    new Promise((done, failed) => {
      hears = (reply) => {
        if (reply.kind === "Fail") failed(new Error(reply.message));
        if (reply.kind === wanted) done(reply);
      };
    });
  const loaded = until("Loaded");
  peer.postMessage({ load: settings });
  await loaded;
  contenders[name] = async ({ prompt, language, most, batch }, { streams = true } = {}) => {
    // What our engine writes for the model when a language is forced; it counts as part of the response there.
    const forced = language ? `<lang_select>\n${language}\n</lang_select>\n<think>\n` : "";
    const begun = performance.now();
    const done = until("Done");
    peer.postMessage({ ask: { prompt: `${prompt}\n`, forced, most, batch, streams } });
    const { ids } = await done;
    return { milliseconds: performance.now() - begun, ids };
  };
};

/** A visit to transformers.js as a page of its own: the address's hash holds the settings. */
if (location.hash) {
  const { load, ask } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  await globalThis.startPeer("peer", load);
  await contenders.peer(ask);
}
