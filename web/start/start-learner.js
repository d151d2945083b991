// Starts the learner inside its worker, and tells the page if that fails.
import init from "./explang-learner.js";

try {
  const { memory } = await init();
  // For whoever wants to know what it needs, the tests among them: bytes that the learner holds.
  globalThis.explangMemory = () => memory.buffer.byteLength;
} catch (error) {
  const failure = {
    message: `The learner could not start: ${error.message}`,
    advice: "Reload the page. If that does not help, update your browser: the learner needs WebAssembly with SIMD.",
  };
  postMessage(JSON.stringify({ Fail: { failure, over: true } }));
}
