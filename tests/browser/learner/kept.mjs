// Reads and changes what a browser keeps of a training, as web/src/kept says: records by name in one store of IndexedDB.

export const DATABASE = "explang";
const STORE = "training";

/** Runs in the page: reads a record, or writes it where bytes are given. Bytes go in and out of the page as base64. */
function access([database, store, name, bytes]) {
  return new Promise((done, failed) => {
    const opening = indexedDB.open(database);
    // Where nothing is kept, nothing is created.
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
      const records = opening.result.transaction(store, bytes ? "readwrite" : "readonly").objectStore(store);
      const request = bytes ? records.put(Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0)), name) : records.get(name);
      request.onerror = () => failed(request.error);
      request.onsuccess = () => {
        opening.result.close();
        if (bytes) return done();
        const reader = new FileReader();
        reader.onload = () => done(reader.result.split(",")[1]);
        reader.readAsDataURL(new Blob([request.result]));
      };
    };
  });
}

/** A record's bytes. */
export async function record(page, name) {
  return Buffer.from(await page.evaluate(access, [DATABASE, STORE, name, null]), "base64");
}

/** Puts other bytes in a record's place. */
export async function replace(page, name, bytes) {
  await page.evaluate(access, [DATABASE, STORE, name, bytes.toString("base64")]);
}
