// transformers.js in a worker: loads the checkpoint and answers, greedily.
//
// { load: { library, wasm, models, model, threads } } → { kind: "Loaded" }
// { ask: { prompt, forced, most, batch, streams } }   → { kind: "Tokens", text } for every piece where it streams, then { kind: "Done", ids }

let library;
let tokenizer;
let model;

async function load({ library: url, wasm, models, model: name, threads }) {
  library = await import(url);
  const { env, AutoTokenizer, AutoModelForCausalLM } = library;
  // Nothing comes from elsewhere.
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = models;
  env.backends.onnx.wasm.wasmPaths = { mjs: `${wasm}.mjs`, wasm: `${wasm}.wasm` };
  env.backends.onnx.wasm.numThreads = threads;
  tokenizer = await AutoTokenizer.from_pretrained(name);
  model = await AutoModelForCausalLM.from_pretrained(name, { device: "wasm", dtype: "fp32" });
}

/** Tells the ids of a batch, for which the library's own streamer has no form. */
class BatchStreamer {
  prompt = true;
  put(ids) {
    if (!this.prompt) postMessage({ kind: "Tokens", ids: ids.map((row) => row.map(Number)) });
    this.prompt = false;
  }
  end() {}
}

async function ask({ prompt, forced, most, batch, streams }) {
  const { TextStreamer } = library;
  const inputs = tokenizer(Array.from({ length: batch }, () => prompt + forced), { add_special_tokens: false });
  const given = forced ? tokenizer.encode(forced, { add_special_tokens: false }).length : 0;
  const callback = (text) => postMessage({ kind: "Tokens", text });
  const streamer = batch > 1 ? new BatchStreamer() : new TextStreamer(tokenizer, { skip_prompt: true, callback_function: callback });
  const output = await model.generate({ ...inputs, do_sample: false, max_new_tokens: most - given, ...(streams ? { streamer } : {}) });
  const length = inputs.input_ids.dims[1];
  return output.tolist().map((row) => row.slice(length).map(Number));
}

onmessage = async ({ data }) => {
  try {
    if (data.load) {
      await load(data.load);
      postMessage({ kind: "Loaded" });
    } else {
      postMessage({ kind: "Done", ids: await ask(data.ask) });
    }
  } catch (error) {
    postMessage({ kind: "Fail", message: String(error?.stack ?? error) });
  }
};
