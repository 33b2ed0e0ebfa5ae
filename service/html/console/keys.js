/**
 * One key an act, as the moderator chose them: none where single keys are off, none while he writes, and none that is
 * held down.
 */

const PLACES = { s: "/comments", t: "/threads" };

export function watchKeys(desk) {
  const { keys, letters } = document.documentElement.dataset;
  const acts = new Map(letters.split(" ").map((each) => each.split(":").reverse()));
  let leading = false;

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (keys === "off" || isWriting(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const key = letterOf(event);
    if (leading && (key === "q" || key in PLACES)) return go(desk, key);
    leading = key === "g";
    if (key === "?") openKeys(event);
    else if (/^[1-9]$/.test(key)) press(desk, document.querySelector(`[data-codes-of]:not([hidden]) [data-code="${key}"]`), event);
    else if (acts.has(key)) perform(desk, acts.get(key), event);
  });

  document.querySelector("[data-help]")?.addEventListener("click", openKeys);
}

/** What a key writes; where that is no letter or digit of ours (Cyrillic, the row of digits on French keyboards), what
    stands in its place. */
function letterOf({ key, code, shiftKey }) {
  if (/^[a-z\d?]$/i.test(key)) return key.toLowerCase();
  return (shiftKey ? /^Key(.)$/ : /^(?:Key|Digit)(.)$/).exec(code)?.[1].toLowerCase() ?? key;
}

function isWriting(element) {
  return element.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

function openKeys(event) {
  event.preventDefault();
  document.getElementById("keys").showModal();
}

function press(desk, button, event) {
  if (!button) return;
  event.preventDefault();
  desk.decide(button);
}

function perform(desk, act, event) {
  if (desk.perform?.(act, event)) return;
  const sheet = desk.current;
  const page = document.documentElement;
  const decide = () => press(desk, document.querySelector(`[data-decide] [value="${act}"]`), event);
  const does = {
    approve: decide,
    reject: decide,
    spam: decide,
    leave: decide,
    undo: () => desk.undo(),
    next: () => turn(desk, desk.next(sheet)),
    before: () => turn(desk, desk.before(sheet)),
    context: () => toggle(sheet?.querySelector("[data-context]")),
    marks: () => swap(page, "marks"),
    invisible: () => swap(page, "signs"),
    show: () => swap(page, "veil"),
    note: () => write(sheet, event),
    author: () => follow(desk, "author"),
    thread: () => follow(desk, "thread"),
    like: () => sheet?.querySelector('[data-act="like"]')?.click(),
    view: () => document.querySelector('.views a:not([aria-current])')?.click(),
    pause: () => document.querySelector("[data-give-back]")?.requestSubmit(),
  };
  does[act]?.();
}

function turn(desk, sheet) {
  if (sheet) desk.stand(sheet);
}

/** To a page of the site, or of the site whose comment stands where the queue is that of all. */
function go(desk, key) {
  const { page, acts } = desk.root.dataset;
  const { site } = desk.current?.dataset ?? {};
  if (key === "q") location.assign(page);
  else if (page === acts || site) location.assign((site ? acts.replace(/[^/]+$/, site) : acts) + PLACES[key]);
}

/** To the page of an act that is a link, beside the sheet that stands or in it. */
function follow(desk, act) {
  const id = desk.current?.dataset.comment;
  const beside = [desk.current, desk.sides.querySelector(`[data-side="${id}"]`)];
  beside.map((each) => each?.querySelector(`a[data-act="${act}"]`)).find(Boolean)?.click();
}

function toggle(details) {
  if (details) details.open = !details.open;
}

function swap(page, name) {
  page.dataset[name] = page.dataset[name] === "on" ? "off" : "on";
}

function write(sheet, event) {
  const note = sheet?.querySelector("[data-note]");
  if (!note) return;
  event.preventDefault();
  note.open = true;
  note.querySelector("textarea").focus();
}
