// Starts the engine for the graphics processor inside its worker, and tells the page if that fails or the device is lost.
import init from "./explang-engine-webgpu.js";

const tell = (message) => {
  const failure = { message, advice: "The model goes on with the processor." };
  postMessage(JSON.stringify({ Fail: { id: null, failure } }));
};

// The engine opens the device through this, so that a loss is heard also while it waits for an answer that never comes.
if (globalThis.GPUAdapter) {
  const open = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...settings) {
    const device = await open.apply(this, settings);
    globalThis.explangDevice = device;
    device.lost.then((lost) => tell(`The graphics processor was lost${lost.message ? `: ${lost.message}` : ""}`));
    return device;
  };
}

if (navigator.gpu && !(await navigator.gpu.requestAdapter())) {
  tell("This browser has WebGPU, but no graphics processor that it can use.");
} else {
  init().catch((error) => tell(`The engine for the graphics processor could not start: ${error.message}`));
}
