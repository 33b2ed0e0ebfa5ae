/**
 * The queue's page: one comment at a time stands before the moderator, and the next one is there before the answer to
 * a decision has come. Every act is a form of the page; this sends it, and puts in what the server answers.
 */

import { watchBar } from "./bar.js";
import { Desk } from "./desk.js";
import { elementsOf } from "./fragment.js";
import { watchKeys } from "./keys.js";
import { keepLeases } from "./lease.js";
import { follow } from "./live.js";
import "./marks.js";

const root = document.querySelector("[data-queue]");

class Queue extends Desk {
  /** Counted from when he began. */
  came() {
    if (this.current) super.came();
  }

  /** What there is to begin with by now, while nothing is in hand; that comments wait again is said. */
  async lookAgain() {
    const start = root.querySelector("[data-start]:not([hidden])");
    if (this.current || !start || start.contains(document.activeElement)) return;
    const answer = await fetch(`${root.dataset.acts}/glance${location.search}`, { redirect: "error" });
    const now = answer.ok && elementsOf(await answer.text()).querySelector("[data-start]:not([hidden])");
    if (!now || this.current) return;
    if (now.querySelector("[data-claim]") && !start.querySelector("[data-claim]")) this.tell(this.words.wait);
    start.replaceWith(now);
  }
}

const desk = new Queue(root);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-decide]")) {
    event.preventDefault();
    desk.decide(event.submitter, { focus: false });
  } else if (form.matches("[data-undo]")) {
    event.preventDefault();
    desk.undo();
  } else if (form.matches("[data-claim]")) {
    event.preventDefault();
    desk.begin(form);
  } else if (form.closest("[data-note]")) {
    event.preventDefault();
    desk.note(form);
  }
});

watchKeys(desk);
keepLeases(desk);
follow(desk, `${root.dataset.acts}/live`);
watchBar();
desk.open();

// Whoever wants to begin at once does so once: where nothing was free, the page that comes says so, and stays.
const atOnce = document.querySelector("[data-at-once]");
if (atOnce && !desk.current && performance.getEntriesByType("navigation")[0].type !== "reload") desk.begin(atOnce);
