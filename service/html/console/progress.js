/** How far a decision on many comments is: asked for every two seconds, until nothing more is done. */

import { elementsOf } from "./fragment.js";

const EVERY_MS = 2000;

async function look() {
  const part = document.querySelector("[data-progress]");
  try {
    const answer = await fetch(part.dataset.progress, { headers: { "CD-Fragment": "1" }, redirect: "manual" });
    if (answer.type === "opaqueredirect") location.reload(); // to sign in, and back here
    const now = elementsOf(await answer.text()).querySelector("[data-progress]");
    const isOver = !("atWork" in now.dataset);
    const isIn = part.contains(document.activeElement);
    if (isOver || !isIn) part.replaceWith(now);
    if (isOver && isIn) now.querySelector("h2").focus();
    if (isOver) document.getElementById("told").textContent = now.querySelector("h2").textContent;
    if (isOver) return;
  } catch {
    // It runs without this page, which asks again.
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
