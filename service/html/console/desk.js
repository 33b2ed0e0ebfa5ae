/**
 * What lies before the moderator: the sheets that he holds, of which one stands, the bar that decides on it, and what
 * is on its way to the server. Nothing here moves but at his word.
 */

import { Outbox, Refused, SignedOut } from "./outbox.js";
import { elementsOf } from "./fragment.js";

/** A decision is taken only when its comment has stood for so long: a key that was pressed for the one before is none. */
const ARMED_MS = 200;
/** More comments are asked for when so few are left. */
const FEW = 4;
const MOST_UNDONE = 20;

export class Desk {
  constructor(root) {
    this.root = root;
    this.sheets = root.querySelector("[data-sheets]");
    this.sides = root.querySelector("[data-sides]");
    this.rail = root.querySelector("[data-rail]");
    this.bar = document.querySelector("[data-decide]");
    this.words = document.querySelector("[data-words]").dataset;
    this.outbox = new Outbox((words) => this.alert(words, "warn"));
    this.undone = [];
    this.decided = new Set();
    this.current = null;
    this.isAsking = false;
  }

  /** The first sheet stands, where the page has one. */
  open() {
    this.keepUndo(document);
    const first = this.next(null);
    if (first) this.stand(first, { focus: false });
  }

  get all() {
    return [...this.sheets.querySelectorAll("[data-comment]")];
  }

  /** The sheet behind one, or the first; none that was decided. */
  next(sheet) {
    const open = this.all.filter((each) => each === sheet || !this.decided.has(each.dataset.comment));
    return open[open.indexOf(sheet) + 1] ?? open.find((each) => each !== sheet) ?? null;
  }

  before(sheet) {
    const open = this.all.filter((each) => !this.decided.has(each.dataset.comment));
    return open[open.indexOf(sheet) - 1] ?? null;
  }

  /** Shows a sheet and what stands beside it, and arms it. */
  stand(sheet, { focus = true } = {}) {
    for (const each of this.all) {
      each.hidden = each !== sheet;
      delete each.dataset.armed;
    }
    const id = sheet.dataset.comment;
    for (const side of this.sides.children) side.hidden = side.dataset.side !== id;
    for (const row of this.rail.children) {
      const link = row.querySelector("a");
      if (row.dataset.row === id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.current = sheet;
    this.fill();
    if (focus) {
      sheet.querySelector("h2").focus({ preventScroll: true });
      window.scrollTo({ top: 0 });
    }
    this.arm();
  }

  arm() {
    const sheet = this.current;
    delete sheet.dataset.armed;
    clearTimeout(this.arming);
    this.arming = setTimeout(() => {
      sheet.dataset.armed = "";
    }, ARMED_MS);
  }

  /** What the bar decides on. */
  fill() {
    const { comment, revision, key, site } = this.current.dataset;
    this.bar.setAttribute("action", this.bar.getAttribute("action").replace(/[^/]+\/decisions$/, `${site}/decisions`));
    for (const codes of document.querySelectorAll("[data-codes-of]")) codes.hidden = codes.dataset.codesOf !== site;
    const fields = this.bar.elements;
    fields.comment_id.value = comment;
    fields.revision.value = revision;
    fields.key.value = key;
    fields.folded.value = "folded" in this.current.dataset ? "on" : "";
  }

  /** Takes a decision on the sheet that stands; the next one stands at once. */
  decide(button) {
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
    if (following) this.stand(following);
    else this.rest(sheet);
    this.outbox.send(order).then(
      (html) => this.put(html, sheet),
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

  /** Nothing is left in hand: the sheet stays in its place, empty, until the server says what comes. */
  rest(sheet) {
    sheet.hidden = true;
    this.current = null;
    for (const side of this.sides.children) side.hidden = true;
  }

  /** Puts in what the server answered to an act. */
  put(html, sheet = null) {
    const part = elementsOf(html);
    this.facts(part);
    this.keepUndo(part);
    this.clearAlert();
    if (sheet) {
      this.sides.querySelector(`[data-side="${sheet.dataset.comment}"]`)?.remove();
      sheet.remove();
      this.tell(this.words.done);
    }
    this.add(part);
    this.fewLeft();
  }

  /** Sheets that came, behind those that are there. */
  add(part, { first = false } = {}) {
    for (const sheet of [...part.querySelectorAll("[data-comment]")]) {
      const id = sheet.dataset.comment;
      if (this.decided.has(id) || this.all.some((each) => each.dataset.comment === id)) continue;
      const side = part.querySelector(`[data-side="${id}"]`);
      const row = part.querySelector(`[data-row="${id}"]`);
      sheet.hidden = side.hidden = true;
      if (first) this.sheets.prepend(sheet);
      else this.sheets.insertBefore(sheet, this.sheets.querySelector("[data-start]"));
      this.sides.append(side);
      if (first) this.rail.prepend(row);
      else this.rail.append(row);
      first = false;
    }
    this.addCodes(part);
    const open = this.next(null);
    if (!this.current && open) this.stand(open);
  }

  /** The reasons of sites whose comments were not here before. */
  addCodes(part) {
    for (const codes of [...part.querySelectorAll("[data-codes-of]")]) {
      const isBelow = codes.matches("details");
      const selector = `[data-codes-of="${codes.dataset.codesOf}"]`;
      codes.hidden = true;
      if (isBelow && !this.sheets.querySelector(selector)) this.sheets.querySelector("[data-start]").before(codes);
      if (!isBelow && !this.bar?.querySelector(selector)) this.bar?.querySelector("[data-codes]").append(codes);
    }
  }

  facts(part) {
    const facts = part.querySelector("[data-facts]");
    if (!facts) return;
    document.querySelector("[data-facts]").replaceWith(facts);
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
    try {
      const html = await this.outbox.send(this.outbox.order(form));
      this.undone.pop();
      this.showUndo();
      const id = form.elements.comment_id.value;
      this.decided.delete(id);
      const part = elementsOf(html);
      this.facts(part);
      this.add(part, { first: true });
      const sheet = this.all.find((each) => each.dataset.comment === id);
      if (sheet) this.stand(sheet);
    } catch (error) {
      this.undone.pop();
      this.showUndo();
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

  /** A decision that was not taken: its comment stands again, with what the server says. */
  refused(error, sheet) {
    if (error instanceof SignedOut) {
      const link = document.createElement("a");
      link.href = error.address;
      link.textContent = this.words.signin;
      this.alert(this.words.out, "wrong", link);
      return;
    }
    if (!(error instanceof Refused)) throw error;
    const note = elementsOf(error.html).querySelector(".note");
    this.alert(note ? note.textContent.trim() : this.words.offline, "wrong");
    if (sheet) {
      this.decided.delete(sheet.dataset.comment);
      sheet.classList.add("gone");
      this.stand(sheet);
      this.decided.add(sheet.dataset.comment);
      this.fewLeft();
    }
  }

  /** Somebody else decided on a comment that lies here. */
  endedElsewhere({ comment_id: id, state, moderator }) {
    const sheet = this.all.find((each) => each.dataset.comment === id);
    if (!sheet || this.decided.has(id)) return;
    if (sheet === this.current) {
      sheet.classList.add("gone");
      this.alert((this.words[state] ?? this.words.ended).replace("{who}", moderator ?? "–"), "warn");
    } else {
      this.decided.add(id);
      this.rail.querySelector(`[data-row="${id}"]`)?.remove();
      sheet.remove();
    }
  }

  /** One line above all, said at once. */
  alert(words, kind, ...more) {
    const line = document.createElement("p");
    line.className = `note ${kind}`;
    line.append(words, ...(more.length ? [" ", ...more] : []));
    document.getElementById("alerts").replaceChildren(line);
  }

  clearAlert() {
    if (!this.outbox.isHeldUp) document.getElementById("alerts").replaceChildren();
  }

  tell(words) {
    document.getElementById("told").textContent = words;
  }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
}
