// Takes a file that is dropped on the page, says at once when it is too large, shows how far the upload is, and lays the
// findings of a file that does not fit beside the form, ready for the mended one. The form works without any of it.
"use strict";

const form = document.querySelector("form.hand-in");
const answer = document.getElementById("answer");
const file = form.querySelector("input[type=file]");
const note = document.getElementById("file-note");
const accepted = note.textContent;
const sending = form.querySelector(".sending");
const bar = form.querySelector("progress");
const barLabel = sending.querySelector("label");
const button = form.querySelector("button:not([type=button])");
const stop = form.querySelector("button.stop");
const mostBytes = Number(form.dataset.maxBytes);
let request = null;

function megabytes(bytes) {
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

function look() {
  const chosen = file.files[0];
  if (!chosen) {
    note.textContent = accepted;
    file.setCustomValidity("");
    return;
  }
  const size = megabytes(chosen.size);
  const words = { name: chosen.name, size, most: megabytes(mostBytes) };
  const tooLarge = chosen.size > mostBytes;
  note.textContent = tooLarge
    ? form.dataset.large.replace(/\{(\w+)\}/g, (_all, word) => words[word])
    : `${chosen.name}, ${size}`;
  file.setCustomValidity(tooLarge ? note.textContent : "");
}

function refuse(text) {
  const box = document.createElement("div");
  const sentence = document.createElement("p");
  box.className = "refusal";
  box.setAttribute("role", "alert");
  sentence.textContent = text;
  box.append(sentence);
  answer.replaceChildren(box);
}

function free() {
  request = null;
  sending.hidden = stop.hidden = true;
  button.disabled = false;
}

function hear() {
  const said = request.response;
  const { status } = request;
  free();
  if (said === null || typeof said !== "object") {
    // Not our view's answer: a proxy's, or that of a session that has ended; the page itself says which.
    if (status === 0 || status >= 500) refuse(form.dataset.lost);
    else location.reload();
    return;
  }
  if (said.location && !said.html) {
    location.assign(said.location);
    return;
  }
  answer.innerHTML = said.html; // rendered and escaped by our own templates
  form.elements.key.value = said.key;
  const quota = form.querySelector(".quota");
  if (said.quota && quota) quota.outerHTML = said.quota;
  file.value = "";
  look();
  answer.focus();
  answer.scrollIntoView({ block: "start" });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (request) return;
  answer.replaceChildren();
  button.disabled = true;
  sending.hidden = stop.hidden = false;
  bar.value = 0;
  barLabel.textContent = form.dataset.sending;
  request = new XMLHttpRequest();
  request.open("POST", form.action || location.href);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", ({ lengthComputable, loaded, total }) => {
    if (!lengthComputable) return;
    bar.value = (100 * loaded) / total;
    barLabel.textContent = `${form.dataset.sending}: ${megabytes(loaded)} / ${megabytes(total)}`;
  });
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    barLabel.textContent = form.dataset.checking;
  });
  request.addEventListener("load", hear);
  request.addEventListener("error", () => {
    free();
    refuse(form.dataset.lost);
  });
  request.addEventListener("abort", free);
  request.send(new FormData(form));
});

stop.addEventListener("click", () => request?.abort());
file.addEventListener("change", look);
form.querySelector(".drop-hint").hidden = false;

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // otherwise the browser leaves the page and opens the file
    form.classList.toggle("over", name === "dragover");
    if (name !== "drop" || request) return;
    if (event.dataTransfer.files.length > 1) {
      note.textContent = form.dataset.one;
      return;
    }
    file.files = event.dataTransfer.files;
    look();
    file.focus();
  });
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // back from the result: a fresh form with a fresh key
});
