// Starts the engine inside its worker, and tells the page if that fails.
import init from "./explang-engine.js";

init().catch((error) => {
  const failure = {
    message: `The engine could not start: ${error.message}`,
    advice: "Reload the page. If that does not help, update your browser: the engine needs WebAssembly with SIMD.",
  };
  postMessage(JSON.stringify({ Fail: { id: null, failure } }));
});
