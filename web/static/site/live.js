// Hears that the page of a submission has changed, and has htmx ask for it, until it is done. Without JavaScript the
// page reloads itself.
"use strict";

const part = document.getElementById("live");
const AGAIN_MS = 5000;
let source = null;
let timer = 0;

function listen() {
  clearTimeout(timer);
  source?.close();
  if (document.hidden || !part.dataset.events) return; // an open stream is one of the browser's few connections
  source = new EventSource(part.dataset.events);
  source.addEventListener("change", () => htmx.trigger(part, "ask"));
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
    htmx.trigger(part, "ask");
    timer = setTimeout(listen, AGAIN_MS);
  });
}

document.addEventListener("visibilitychange", listen);
part.addEventListener("htmx:confirm", (event) => {
  if (document.hidden) event.preventDefault();
});
part.addEventListener("htmx:afterSettle", () => {
  if (!part.dataset.events) source?.close();
});
part.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) event.stopPropagation(); // asked again later, instead of showing the error
});
listen();
