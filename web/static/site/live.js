// Follows one submission: asks for the changing part of the page until it is done. Without it the page reloads itself.
"use strict";

const part = document.getElementById("live");
const statusLine = document.getElementById("live-status");
const FIRST_MS = 500;
const SLOWEST_MS = 5000;
let waitMs = FIRST_MS;
let shown = "";

function show(update) {
  if (update.html !== shown) {
    const logWasOpen = part.querySelector("details[open]") !== null;
    part.innerHTML = update.html; // rendered and escaped by our own templates
    if (logWasOpen) part.querySelector("details")?.setAttribute("open", "");
    shown = update.html;
    waitMs = FIRST_MS;
  } else {
    waitMs = Math.min(waitMs * 1.3, SLOWEST_MS);
  }
  if (statusLine.textContent !== update.status) statusLine.textContent = update.status;
}

async function follow() {
  if (document.hidden) return; // starts again when the page is looked at
  try {
    const response = await fetch(part.dataset.url, { headers: { Accept: "application/json" } });
    if (response.status === 404 || response.status === 403 || response.redirected) return location.reload();
    if (response.ok) {
      const update = await response.json();
      show(update);
      if (update.done) return;
    } else {
      waitMs = SLOWEST_MS;
    }
  } catch {
    waitMs = SLOWEST_MS; // the network is away; it may come back
  }
  timer = setTimeout(follow, waitMs);
}

let timer = setTimeout(follow, FIRST_MS);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  clearTimeout(timer);
  waitMs = FIRST_MS;
  if (part.querySelector(".verdict.live")) follow();
});
