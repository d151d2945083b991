// Serves a folder below a path of its own, as a file host does: plain files, their types, nothing else.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Serves `folder` at `http://127.0.0.1:PORT/below/`. `hook(path)` may give `{ status }` or `{ delay }` for a path. */
export async function serve(folder, below, hook = () => ({})) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    if (!path.startsWith(`/${below}/`)) {
      response.writeHead(404).end();
      return;
    }
    const inside = normalize(path.slice(below.length + 2) || "index.html");
    const { status, delay } = hook(inside);
    if (delay) await new Promise((done) => setTimeout(done, delay));
    const file = join(folder, inside);
    const found = status || inside.startsWith("..") ? null : await stat(file).catch(() => null);
    if (!found?.isFile()) {
      response.writeHead(status ?? 404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": found.size,
    });
    createReadStream(file).pipe(response);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    address: `http://127.0.0.1:${server.address().port}/${below}/`,
    close: () => new Promise((done) => server.close(done)),
  };
}
