// Follows one submission: fetches the changing part of the page whenever the server says that it changed, and without
// such events again and again, until it is done. Without JavaScript the page reloads itself.
"use strict";

const part = document.getElementById("live");
const statusLine = document.getElementById("live-status");
const FIRST_MS = 500;
const SLOWEST_MS = 5000;
const BESIDE_EVENTS_MS = 20000; // the estimate moves on even when nothing happens
let waitMs = FIRST_MS;
let done = false;
let asking = false;
let askAgain = false;
let source = null;
let timer = 0;

// What the page says, without what differs between two answers that say the same: tokens, and what is folded open.
function said(root) {
  const text = root.innerHTML.replace(/(name="csrfmiddlewaretoken" value=)"[^"]*"/g, "$1");
  return text.replaceAll('<details open="">', "<details>").trim();
}

function show(update) {
  const fresh = document.createElement("template");
  fresh.innerHTML = update.html; // rendered and escaped by our own templates
  if (said(fresh) !== said(part)) {
    const logWasOpen = part.querySelector("details[open]") !== null;
    const hadFocus = part.contains(document.activeElement) ? document.activeElement.localName : null;
    part.replaceChildren(fresh.content);
    if (logWasOpen) part.querySelector("details")?.setAttribute("open", "");
    if (hadFocus !== null) part.querySelector(hadFocus)?.focus();
    waitMs = FIRST_MS;
  } else {
    waitMs = Math.min(waitMs * 1.3, SLOWEST_MS);
  }
  if (statusLine.textContent !== update.status) statusLine.textContent = update.status;
  done = update.done;
}

function hearsEvents() {
  return source !== null && source.readyState === EventSource.OPEN;
}

async function ask() {
  const response = await fetch(part.dataset.url, { headers: { Accept: "application/json" } });
  if (response.status === 404 || response.status === 403 || response.redirected) return location.reload();
  if (response.ok) show(await response.json());
  else waitMs = SLOWEST_MS;
}

async function follow() {
  clearTimeout(timer);
  if (document.hidden || done) return; // starts again when the page is looked at
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  try {
    await ask();
  } catch {
    waitMs = SLOWEST_MS; // the network is away; it may come back
  }
  asking = false;
  if (done) return listen(false);
  const now = askAgain;
  askAgain = false;
  timer = setTimeout(follow, now ? 0 : hearsEvents() ? BESIDE_EVENTS_MS : waitMs);
}

function listen(on) {
  source?.close();
  source = null;
  if (!on || !part.dataset.events || !window.EventSource) return;
  source = new EventSource(part.dataset.events);
  source.addEventListener("change", follow);
  source.addEventListener("error", () => {
    waitMs = FIRST_MS;
    follow(); // the browser connects again by itself, or gives up at an answer that is no stream; till then we ask
  });
}

function start() {
  waitMs = FIRST_MS;
  listen(true);
  timer = setTimeout(follow, FIRST_MS);
}

start();
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (done) return;
  if (document.hidden) listen(false); // an open stream is one of the browser's few connections
  else start();
});
