/**
 * What a moderator does at the queue, and what is on its way to the server.
 */

import { Outbox, Refused, SignedOut } from "./outbox.js";
import { clockAt } from "./clock.js";
import { elementsOf } from "./fragment.js";
import { Sheets } from "./sheets.js";
import { alertLine, buttonFor, clearLine, linkTo, tellQuietly } from "./telling.js";

/** More comments are asked for when so few are left. */
const FEW = 4;
const MOST_UNDONE = 20;

export class Desk extends Sheets {
  alert = alertLine;
  tell = tellQuietly;

  constructor(root) {
    super(root);
    this.words = document.querySelector("[data-words]").dataset;
    this.outbox = new Outbox((since, next) => this.heldUp(since, next));
    this.undone = [];
    this.isAsking = false;
  }

  /** The first sheet stands, where the page has one. */
  open() {
    this.keepUndo(document);
    const first = this.next(null);
    if (first) this.stand(first, { focus: false });
  }

  /** Takes a decision on the sheet that stands; the next one stands at once. The focus stays on a button that was
      pressed, and goes to the next comment where it was a key. */
  decide(button, { focus = true } = {}) {
    const sheet = this.current;
    if (!sheet || !("armed" in sheet.dataset) || this.outbox.isHeldUp || sheet.classList.contains("gone")) return;
    if (button.value === "approve" && "folded" in sheet.dataset) {
      this.unfold(sheet);
      return;
    }
    this.fill();
    const order = this.outbox.order(this.bar, button);
    this.decided.add(sheet.dataset.comment);
    this.rail.querySelector(`[data-row="${sheet.dataset.comment}"]`)?.remove();
    delete sheet.dataset.armed;
    const following = this.next(sheet);
    if (following) this.stand(following, { focus });
    else this.rest(sheet);
    this.outbox.send(order).then(
      (html) => this.put(html, sheet, { focus }),
      (error) => this.refused(error, sheet),
    );
  }

  /** The whole text, so that nothing is published that was not on the screen. */
  unfold(sheet) {
    const fold = sheet.querySelector("[data-fold]");
    if (fold) fold.open = true;
    delete sheet.dataset.folded;
    this.alert(this.words.unfold, "warn");
    this.fill();
    this.arm();
  }

  /** Puts in what the server answered to an act. */
  put(html, sheet = null, { focus = true } = {}) {
    const part = elementsOf(html);
    const said = this.said(part);
    this.facts(part);
    this.keepUndo(part);
    this.clearAlert();
    if (sheet) {
      this.sides.querySelector(`[data-side="${sheet.dataset.comment}"]`)?.remove();
      sheet.remove();
      this.tell([said, focus ? "" : this.saidNext()].join(" "));
    }
    this.add(part);
    this.fewLeft();
  }

  /** What was done, in the words of the bar that takes it back. */
  said(part) {
    return part.querySelector("[data-said]")?.dataset.said ?? this.words.done;
  }

  saidNext() {
    const name = this.current?.querySelector("h2").textContent;
    return name ? this.words.now.replace("{who}", name) : "";
  }

  /** The bar of the last decision, and those before it, which can be taken back one after the other. */
  keepUndo(part) {
    const form = part.querySelector("[data-undo-place] form");
    if (!form) return;
    this.undone.push(form);
    if (this.undone.length > MOST_UNDONE) this.undone.shift();
    this.showUndo();
  }

  showUndo() {
    const place = document.querySelector("[data-undo-place]");
    place?.replaceChildren(...this.undone.slice(-1));
  }

  /** Takes the last decision back: that comment stands again, and the one that was read is next. */
  async undo() {
    const form = this.undone.at(-1);
    if (!form || this.outbox.isHeldUp) return;
    if (!this.bar) {
      form.submit(); // a page without a bar has no place for the comment: the server makes one that has
      return;
    }
    this.undone.pop(); // at once: the same key again takes the one before back
    this.showUndo();
    try {
      const html = await this.outbox.send(this.outbox.order(form));
      const id = form.elements.comment_id.value;
      this.decided.delete(id);
      const part = elementsOf(html);
      this.facts(part);
      this.add(part, { first: true });
      const sheet = this.all.find((each) => each.dataset.comment === id);
      if (sheet) this.stand(sheet);
      this.tell(this.words.taken);
    } catch (error) {
      this.refused(error, null);
    }
  }

  /** Takes the first comments, from the start page. */
  async begin(form) {
    try {
      await this.outbox.send(this.outbox.order(form));
      location.reload();
    } catch (error) {
      this.refused(error, null);
    }
  }

  async note(form) {
    try {
      const html = await this.outbox.send(this.outbox.order(form));
      const part = elementsOf(html);
      const id = form.elements.comment_id.value;
      const side = part.querySelector(`[data-side="${id}"]`);
      if (side) {
        side.hidden = this.current?.dataset.comment !== id;
        this.sides.querySelector(`[data-side="${id}"]`)?.replaceWith(side);
      }
      form.elements.note.value = "";
      form.elements.key.value = newKey();
      form.closest("[data-note]").open = false;
      this.current?.querySelector("h2").focus();
      this.tell(this.words.done);
    } catch (error) {
      this.refused(error, null);
    }
  }

  /** Asks for more when few are left; where none is, the server shows what there is to do. */
  async fewLeft() {
    const open = this.all.filter((each) => !this.decided.has(each.dataset.comment));
    if (open.length >= FEW || this.isAsking || this.outbox.isHeldUp) return;
    this.isAsking = true;
    try {
      const form = document.querySelector("[data-more]");
      form.elements.key.value = newKey();
      const part = elementsOf(await this.outbox.send(this.outbox.order(form)));
      this.facts(part);
      this.add(part);
    } catch (error) {
      this.refused(error, null);
    } finally {
      this.isAsking = false;
    }
    if (!this.current && this.outbox.isEmpty) this.leave();
  }

  /** To the page that says what there is to do, where the last decision can still be taken back. */
  leave() {
    const last = this.undone.at(-1);
    const of = `of=${last?.dataset.of}&`;
    const isOfAll = location.pathname.endsWith("/console");
    location.assign(this.root.dataset.page + (last ? `?${isOfAll ? of : ""}decided=${last.elements.comment_id.value}` : ""));
  }

  /** Nothing comes back: what was sent last waits here. It is said once, and the time of the next try shown. */
  heldUp(since, next) {
    const told = document.querySelector("#alerts [data-next]");
    const words = this.words.again.replace("{time}", clockAt(next, true));
    if (told) {
      told.textContent = words;
      return;
    }
    const shown = document.createElement("span");
    shown.ariaHidden = "true"; // what changes is not heard again
    shown.dataset.next = "";
    shown.textContent = words;
    const now = buttonFor(() => this.outbox.tryNow(), this.words.trynow);
    alertLine(this.words.offline.replace("{time}", clockAt(since)), "warn", shown, now);
  }

  /** A decision that was not taken: its comment stands again, with what the server says. */
  refused(error, sheet) {
    if (error instanceof SignedOut) {
      if (sheet) this.putBack(sheet);
      alertLine(this.words.out, "wrong", linkTo(error.address, this.words.signin));
      return;
    }
    if (!(error instanceof Refused)) throw error;
    const part = elementsOf(error.html);
    const note = part.querySelector(".note")?.textContent.trim() ?? this.words.refused;
    if (sheet && part.querySelector(`[data-comment="${sheet.dataset.comment}"]`)) {
      this.renew(part, sheet);
      alertLine(note, "wrong");
    } else if (sheet) {
      this.putBack(sheet);
      this.end(sheet, note, "wrong");
      this.fewLeft();
    } else {
      alertLine(note, "wrong");
    }
  }

  putBack(sheet) {
    this.decided.delete(sheet.dataset.comment);
    this.stand(sheet);
  }

  /** The comment as it is now stands in the place of what it was. */
  renew(part, sheet) {
    const id = sheet.dataset.comment;
    this.decided.delete(id);
    this.sides.querySelector(`[data-side="${id}"]`)?.remove();
    sheet.remove();
    this.facts(part);
    this.add(part, { first: true });
    this.stand(this.all.find((each) => each.dataset.comment === id));
  }

  /** Somebody else decided on a comment that lies here. */
  endedElsewhere({ comment_id: id, state, moderator }) {
    const sheet = this.all.find((each) => each.dataset.comment === id);
    if (!sheet || this.decided.has(id)) return;
    if (sheet === this.current) {
      this.end(sheet, (this.words[state] ?? this.words.ended).replace("{who}", moderator ?? "–"), "warn");
    } else {
      this.decided.add(id);
      this.rail.querySelector(`[data-row="${id}"]`)?.remove();
      sheet.remove();
    }
  }

  /** The sheet that stands waits no longer: it stays in its place, and can be left. */
  end(sheet, words, kind) {
    this.decided.add(sheet.dataset.comment);
    this.rail.querySelector(`[data-row="${sheet.dataset.comment}"]`)?.remove();
    sheet.classList.add("gone");
    this.fill();
    const { href } = sheet.querySelector("a[data-about]");
    alertLine(words, kind, buttonFor(() => this.pass(), this.words.next), linkTo(href, this.words.see));
  }

  /** On from a comment that waits no longer. */
  pass() {
    const following = this.next(this.current);
    if (following) this.stand(following);
    else {
      this.rest(this.current);
      this.clearAlert();
      this.fewLeft();
    }
  }

  clearAlert() {
    if (!this.outbox.isHeldUp) clearLine();
  }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
}
