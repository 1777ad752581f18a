// How htmx replaces parts of a page here: what is folded open or being typed stays, and what fails goes the plain way.
"use strict";

// Attribute -> elements on which it belongs to the reader.
const KEPT = { open: "details", value: "input:focus, textarea:focus", selected: "select:focus option" };
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, element) => !(Object.hasOwn(KEPT, name) && element.matches(KEPT[name]));

document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.requestConfig.verb === "get") location.assign(detail.pathInfo.finalRequestPath);
  else location.reload();
});

// Going back twice shows the second page, whichever answer comes first.
let restoring = null;
document.addEventListener("htmx:historyCacheMiss", ({ detail }) => {
  restoring?.abort();
  restoring = detail.xhr;
});

// Another page of the list begins at its heading, for the keyboard too; so does the list after a link that is gone.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const link = detail.requestConfig?.elt;
  if (link?.localName !== "a" || !(link.rel || !link.isConnected)) return;
  document.getElementById("found")?.focus({ preventScroll: true });
});
