/**
 * The queue as a list: rows are ticked and decided on at once, or each by its own form. A row goes at his word alone,
 * and what came meanwhile stands at the end.
 */

import { measureBar, watchBar } from "./bar.js";
import { Desk } from "./desk.js";
import { elementsOf } from "./fragment.js";
import { watchKeys } from "./keys.js";
import { follow } from "./live.js";

/** By a key, a row is decided on when it has had the focus for so long: one that was meant for the row before is none. */
const ARMED_MS = 200;
const SECOND_MS = 1000;
const ROW = "li[data-comment]";

class List extends Desk {
  form = document.getElementById("picked");

  open() {
    super.open();
    this.count();
    this.root.addEventListener("change", () => this.count());
  }

  /** Nothing stands by itself in a list. */
  get all() {
    return [];
  }

  get rows() {
    return [...this.root.querySelectorAll(`${ROW}:not(.away)`)];
  }

  get picked() {
    return this.rows.filter((row) => box(row).checked);
  }

  /** The row that has the focus, or had it last. */
  get here() {
    const row = document.activeElement.closest(`${ROW}:not(.away)`);
    if (row) this.last = row;
    return this.last?.isConnected ? this.last : this.rows[0];
  }

  go(row, name = "h2") {
    if (!row) return;
    delete this.last?.dataset.armed;
    this.last = row;
    clearTimeout(this.arming);
    this.arming = setTimeout(() => {
      row.dataset.armed = "";
    }, ARMED_MS);
    measureBar();
    (row.querySelector(name) ?? row.querySelector("h2")).focus();
  }

  /** Ticks the row or not; with `isRange` all from the one that was ticked before up to it. */
  pick(row, isRange) {
    const places = [this.ticked?.isConnected ? this.ticked : row, row].map((each) => this.rows.indexOf(each));
    const range = this.rows.slice(Math.min(...places), Math.max(...places) + 1);
    const isTicked = isRange || !box(row).checked;
    for (const each of isRange ? range : [row]) box(each).checked = isTicked;
    this.ticked = row;
    this.go(row);
    this.count();
  }

  like(row) {
    for (const each of this.rows) box(each).checked = each === row;
    this.form.requestSubmit(this.form.elements.alike);
  }

  count() {
    const place = document.querySelector("[data-count]");
    const count = this.picked.length;
    if (place) place.textContent = count ? this.words.selected.replace("{count}", count) : place.dataset.none;
  }

  /** By a key: on those that are ticked, else on the row that has the focus. A number is a reason to reject. */
  decide(button) {
    const reason = button.matches("option") ? button.value : "";
    if (reason) button = this.form.querySelector(".reject");
    const row = this.here;
    if (!row) return;
    if (this.picked.length) this.take(button, "h2", reason);
    else if ("armed" in row.dataset) this.take(row.querySelector(`[value="${button.value}"]`), "h2", reason);
    else if (!row.contains(document.activeElement)) this.go(row);
  }

  /** By a button: on those that are ticked, or on its own row. */
  async take(button, name = `[value="${button.value}"]`, reason = "") {
    const rows = button?.form === this.form ? this.picked : [button?.closest(ROW)];
    if (!rows[0]) this.alert(this.words.nothing, "warn");
    if (!rows[0] || this.isAsking || this.outbox.isHeldUp) return;
    const folds = rows.flatMap((row) => [...row.querySelectorAll("[data-fold]:not([open])")]);
    if (button.value === "approve" && folds.length) {
      for (const fold of folds) fold.open = true;
      this.alert(this.words.unfold, "warn");
      return;
    }
    for (const row of rows) for (const field of row.querySelectorAll('[name^="folded"]')) field.disabled = true;
    const order = this.outbox.order(button.form, button);
    if (reason) order.fields.set("reason", reason);
    this.isAsking = true;
    try {
      this.put(await this.outbox.send(order), rows, name);
    } catch (error) {
      this.refused(error, null);
    }
    this.isAsking = false;
  }

  /** Puts in what the server answered; the focus goes to the next row, else to the one before. */
  put(html, gone, name) {
    const part = elementsOf(html);
    this.facts(part);
    this.clearAlert();
    for (const place of ["[data-undo-place]", "[data-done-place]"]) {
      document.querySelector(place).replaceWith(part.querySelector(place));
    }
    this.undone = [document.querySelector("[data-undo-place] form")].filter(Boolean);
    const rows = this.rows.filter((row) => row === gone.at(-1) || !gone.includes(row));
    const at = rows.indexOf(gone.at(-1));
    const following = rows[at + 1] ?? rows[at - 1];
    for (const row of gone) row.remove();
    for (const row of part.querySelectorAll(ROW)) {
      if (!this.root.querySelector(`[data-comment="${row.dataset.comment}"]`)) this.root.querySelector("ol").append(row);
    }
    if (!this.rows.length) location.reload();
    this.form.elements.reason.value = "";
    this.count();
    this.go(following ?? this.rows[0], name);
    this.tell(document.querySelector("[data-said]")?.dataset.said ?? this.words.done);
  }

  /** Somebody else decided: the row stays in its place, and offers nothing. */
  endedElsewhere({ comment_id: id, state, moderator }) {
    const row = this.rows.find((each) => each.dataset.comment === id);
    if (!row || this.isAsking) return;
    row.className = "away";
    box(row).remove();
    row.querySelector("form").replaceWith((this.words[state] ?? this.words.ended).replace("{who}", moderator ?? "–"));
    this.count();
  }

  /** Who holds what by now: a row offers nothing while it is another's, and is free again where his claim ended. None
      moves, and none changes that is ticked or has the focus. */
  async lookAgain() {
    const answer = await fetch(`${this.root.dataset.acts}/glance${location.search}`, { headers: { "CD-Fragment": "1" } });
    if (!answer.ok || this.isAsking) return;
    for (const row of elementsOf(await answer.text()).querySelectorAll(ROW)) {
      const here = this.root.querySelector(`[data-comment="${row.dataset.comment}"]`);
      const isOther = here && here.classList.contains("away") !== row.classList.contains("away");
      if (isOther && !box(here)?.checked && !here.contains(document.activeElement)) here.replaceWith(row);
    }
    this.count();
    this.awaitEnd();
  }

  /** Looks again when the first of the claims that are shown ends. */
  awaitEnd() {
    clearTimeout(this.looking);
    const ends = [...this.root.querySelectorAll(".away time[data-clock]")].map((each) => Date.parse(each.dateTime));
    const waitMs = Math.min(...ends) - Date.now() + SECOND_MS;
    if (ends.length) this.looking = setTimeout(() => this.lookAgain().catch(() => {}), waitMs);
  }

  undo() {
    document.querySelector("[data-undo-many]")?.requestSubmit();
    super.undo();
  }

  /** Whether an act is another one in a list. */
  perform(act, event) {
    const row = this.here;
    const at = this.rows.indexOf(row);
    const button = this.form.querySelector(`button[value="${act}"]`);
    const does = {
      select: () => this.pick(row, event.shiftKey),
      like: () => this.like(row),
      next: () => this.go(this.rows[at + 1]),
      before: () => this.go(this.rows[at - 1]),
    };
    if (row) (button ? () => this.decide(button) : does[act])?.();
    return button || act in does;
  }
}

function box(row) {
  return row.querySelector(".pick input");
}

const list = new List(document.querySelector("[data-list]"));

document.addEventListener("submit", (event) => {
  if (event.submitter?.name !== "decision") return;
  event.preventDefault();
  list.take(event.submitter);
});

watchKeys(list);
follow(list, `${list.root.dataset.acts}/live`);
watchBar();
list.open();
list.awaitEnd();
