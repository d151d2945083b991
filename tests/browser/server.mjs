// Serves a folder below a path of its own, as a file host does: plain files, their types, nothing else.
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** What `explang serve` lets a page's workers do: what works here works there. */
const guard = await readFile(new URL("../../trainer/serve/src/guard.rs", import.meta.url), "utf8");
const POLICY = /POLICY: &str = "([^"]*)";/.exec(guard)[1].replace(/\\\n\s*/g, "");

/** Serves `folder` at `http://127.0.0.1:PORT/below/`. `hook(path)` may give for a path a `{ status }`, another `{ body }`, or
 * `{ bytesPerSecond }`. */
export async function serve(folder, below, hook = () => ({})) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    // Browsers request it for a page that names no icon, such as a plain file.
    if (path === "/favicon.ico") {
      response.writeHead(204).end();
      return;
    }
    if (!path.startsWith(`/${below}/`)) {
      response.writeHead(404).end();
      return;
    }
    const inside = normalize(path.slice(below.length + 2) || "index.html");
    const { status, body, bytesPerSecond } = hook(inside);
    const file = join(folder, inside);
    const found = status || inside.startsWith("..") ? null : await stat(file).catch(() => null);
    if (!found?.isFile()) {
      response.writeHead(status ?? 404).end();
      return;
    }
    response.writeHead(200, {
      // A worker has the policy of its script.
      ...(inside.startsWith("start-") && { "content-security-policy": POLICY }),
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": body?.length ?? found.size,
    });
    if (body) {
      response.end(body);
    } else if (bytesPerSecond) {
      const bytes = await readFile(file);
      const piece = Math.ceil(bytesPerSecond / 20);
      for (let at = 0; at < bytes.length; at += piece) {
        response.write(bytes.subarray(at, at + piece));
        await new Promise((done) => setTimeout(done, 50));
      }
      response.end();
    } else {
      createReadStream(file).pipe(response);
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    address: `http://127.0.0.1:${server.address().port}/${below}/`,
    close: () => {
      // Browsers keep connections open.
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
