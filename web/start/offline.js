// Lets the page open without a network after the first visit: a service worker that keeps the page's own files.
//
// The network comes first, so that a new version of the page is never hidden by an old one; what was kept serves when it fails.
// Weights are not kept here: the engine keeps them itself, by their hash.
const KEPT = "explang-page-1";
const root = new URL("./", self.location);

/** What a run in progress tells is never kept, and weights are kept by the engine. */
const passes = (url) => url.origin !== root.origin || url.pathname.startsWith(`${root.pathname}run/`) || url.pathname.endsWith(".safetensors");
/** One page, whatever its address says after the question mark. */
const key = (url) => new URL(url.pathname, url.origin).href;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(KEPT);
      const list = await fetch(new URL("offline-files.json", root), { cache: "no-cache" });
      if (!list.ok) throw new Error("the list of the page's files is missing");
      await cache.addAll((await list.json()).map((name) => new Request(new URL(name, root), { cache: "no-cache" })));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("explang-page-") && name !== KEPT) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || passes(url)) return;
  event.respondWith(
    (async () => {
      const cache = await caches.open(KEPT);
      try {
        const answer = await fetch(event.request);
        if (answer.ok && answer.status === 200) event.waitUntil(cache.put(key(url), answer.clone()));
        return answer;
      } catch (error) {
        const kept = await cache.match(key(url));
        if (kept) return kept;
        throw error;
      }
    })(),
  );
});
