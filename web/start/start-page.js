// Starts the page. A file of its own, because the page's policy forbids inline scripts.
import init from "./explang-page.js";

const theme = localStorage.getItem("theme");
if (theme === "light" || theme === "dark") {
  document.documentElement.dataset.theme = theme;
}

// After a first visit the page opens without a network. What it keeps for that is fetched once the model is there, which the page tells, so that the
// first answer need not wait for it. Browsers allow this over HTTPS and on this machine only.
const keep = () =>
  navigator.serviceWorker?.register("./offline.js").catch((error) => console.info(`The page will need the network: ${error.message}`));
addEventListener("explang-ready", keep, { once: true });

init().catch((error) => {
  document.getElementById("no-start")?.removeAttribute("hidden");
  console.error(error);
});
