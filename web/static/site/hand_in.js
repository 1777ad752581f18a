// Says at once when a file is too large, and keeps a hand-in from being sent twice. The form works without it.
"use strict";

const form = document.querySelector("form.hand-in");
const file = form.querySelector("input[type=file]");
const note = document.getElementById("file-note");
const accepted = note.textContent;
const mostBytes = Number(form.dataset.maxBytes);

function megabytes(bytes) {
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

file.addEventListener("change", () => {
  const chosen = file.files[0];
  if (!chosen) {
    note.textContent = accepted;
    file.setCustomValidity("");
    return;
  }
  const tooLarge = chosen.size > mostBytes;
  const text = tooLarge
    ? `${chosen.name} has ${megabytes(chosen.size)}; this challenge takes ${megabytes(mostBytes)} at most.`
    : `${chosen.name}, ${megabytes(chosen.size)}`;
  note.textContent = text;
  file.setCustomValidity(tooLarge ? text : "");
});

form.addEventListener("submit", () => {
  const button = form.querySelector("button:not([type=button])");
  button.disabled = true;
  button.textContent = "Sending…";
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // back from the result: a fresh form with a fresh key
});
