// Starts the page. A file of its own, because the page's policy forbids inline scripts.
import init from "./explang-page.js";

const theme = localStorage.getItem("theme");
if (theme === "light" || theme === "dark") {
  document.documentElement.dataset.theme = theme;
}

// After a first visit the page opens without a network. Browsers allow this over HTTPS and on this machine only.
navigator.serviceWorker?.register("./offline.js").catch((error) => console.info(`The page will need the network: ${error.message}`));

init().catch((error) => {
  document.getElementById("no-start")?.removeAttribute("hidden");
  console.error(error);
});
