// Starts the page. A file of its own, because the page's policy forbids inline scripts.
import init from "./explang-page.js";

const theme = localStorage.getItem("theme");
if (theme === "light" || theme === "dark") {
  document.documentElement.dataset.theme = theme;
}

init().catch((error) => {
  document.getElementById("no-start")?.removeAttribute("hidden");
  console.error(error);
});
