// Starts the engine for the graphics processor inside its worker, and tells the page if that fails or the device is lost.
import init from "./explang-engine-webgpu.js";

/** Longest wait for the browser to give an adapter or a device, in seconds. A browser whose graphics process has to start needs one or two. */
const PATIENCE = 10;

const tell = (message) => {
  const failure = { message, advice: "The model goes on with the processor." };
  postMessage(JSON.stringify({ Fail: { id: null, failure } }));
};

/** What `promise` gives; an error where that takes too long. Some drivers neither answer nor refuse. */
const soon = (promise) => {
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`no answer within ${PATIENCE} seconds`)), 1000 * PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

// The engine opens the device through this, so that a loss is heard also while it waits for an answer that never comes.
if (globalThis.GPUAdapter) {
  const open = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...settings) {
    const device = await soon(open.apply(this, settings));
    globalThis.explangDevice = device;
    device.lost.then((lost) => tell(`The graphics processor was lost${lost.message ? `: ${lost.message}` : ""}`));
    return device;
  };
}

/** Why there is no graphics processor to use; nothing where there is one, or where the engine itself finds that there is no WebGPU. */
async function obstacle() {
  if (!navigator.gpu) return undefined;
  try {
    const adapter = await soon(navigator.gpu.requestAdapter());
    return adapter ? undefined : "This browser has WebGPU, but no graphics processor that it can use.";
  } catch (error) {
    return `This browser has WebGPU, but could not open a graphics processor: ${error.message}.`;
  }
}

const found = await obstacle();
if (found) {
  tell(found);
} else {
  init().catch((error) => tell(`The engine for the graphics processor could not start: ${error.message}`));
}
