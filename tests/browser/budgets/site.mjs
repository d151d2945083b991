// Serves several folders at one address, and notes which files were asked for.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Cross-origin isolation, which threads in WebAssembly need. Plain file hosts do not send these. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Serves `folders`, name by name, at `http://127.0.0.1:PORT/NAME/`. `asked()` gives the files of all answers since it was last called. */
export async function open(folders, { isolated = false } = {}) {
  let files = [];
  const server = createServer(async (request, response) => {
    const [name, ...rest] = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname)).slice(1).split("/");
    const file = folders[name] && join(folders[name], rest.join("/") || "index.html");
    const found = file ? await stat(file).catch(() => null) : null;
    if (!found?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    files.push(file);
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": found.size,
      ...(isolated ? ISOLATION : {}),
    });
    createReadStream(file).pipe(response);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    asked: () => {
      const all = [...new Set(files)];
      files = [];
      return all;
    },
    close: () => {
      // Browsers keep connections open.
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
