/**
 * The sheets that a moderator holds: one of them stands, with what is beside it and the bar that decides on it. None
 * moves but at his word.
 */

import { clearLine } from "./telling.js";

/** A decision is taken only when its comment has stood for so long: a key that was pressed for the one before is none. */
const ARMED_MS = 200;
/** Whoever waits for longer sees that something is to come. */
const SOON_MS = 300;

export class Sheets {
  constructor(root) {
    this.root = root;
    this.sheets = root.querySelector("[data-sheets]");
    this.sides = root.querySelector("[data-sides]");
    this.rail = root.querySelector("[data-rail]");
    this.bar = document.querySelector("[data-decide]");
    this.decided = new Set();
    this.current = null;
    this.newcomers = 0;
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
    if (this.current?.classList.contains("gone")) clearLine();
    sheet.removeAttribute("aria-busy");
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
    const isOff = this.current.classList.contains("gone");
    for (const button of this.bar.querySelectorAll('[type="submit"]')) button.ariaDisabled = isOff ? "true" : null;
    const fields = this.bar.elements;
    fields.comment_id.value = comment;
    fields.revision.value = revision;
    fields.key.value = key;
    fields.folded.value = "folded" in this.current.dataset ? "on" : "";
  }

  /** Nothing is left in hand until the server says what comes: where that takes long, an empty sheet stands. */
  rest(sheet) {
    sheet.hidden = true;
    setTimeout(() => {
      if (this.current) return;
      sheet.setAttribute("aria-busy", "true");
      sheet.hidden = false;
    }, SOON_MS);
    this.current = null;
    for (const side of this.sides.children) side.hidden = true;
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

  /** What others hold changes nothing where one comment stands. */
  async lookAgain() {}

  /** How many more wait than when the page was opened; nothing of that is announced. */
  came() {
    const { came, cameMany } = document.querySelector("[data-words]").dataset;
    const place = document.querySelector("[data-came]:not([data-words])");
    this.newcomers += 1;
    place.textContent = (this.newcomers === 1 ? came : cameMany).replace("{count}", this.newcomers);
    place.hidden = false;
  }

  facts(part) {
    const facts = part.querySelector("[data-facts]");
    if (!facts) return;
    document.querySelector("[data-facts]").replaceWith(facts);
  }
}
