/**
 * One key an act, as the moderator chose them: none where single keys are off, none while he writes, and none that is
 * held down.
 */

const PLACES = { q: "", s: "/comments", t: "/threads" };

export function watchKeys(desk) {
  const { keys, letters } = document.documentElement.dataset;
  const acts = new Map(letters.split(" ").map((each) => each.split(":").reverse()));
  let leading = false;

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || keys === "off" || isWriting(event.target)) {
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (leading && key in PLACES) {
      location.assign(desk.root.dataset.live.replace(/\/live$/, PLACES[key]));
      return;
    }
    leading = key === "g";
    if (key === "?") openKeys(event);
    else if (/^[1-9]$/.test(key)) press(desk, document.querySelector(`[data-code="${key}"]`), event);
    else if (acts.has(key)) perform(desk, acts.get(key), event);
  });

  document.querySelector("[data-help]")?.addEventListener("click", openKeys);
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
  const does = {
    approve: () => press(desk, document.querySelector('[data-decide] [value="approve"]'), event),
    reject: () => press(desk, document.querySelector('[data-decide] [value="reject"]'), event),
    spam: () => press(desk, document.querySelector('[data-decide] [value="spam"]'), event),
    leave: () => press(desk, document.querySelector('[data-decide] [value="leave"]'), event),
    undo: () => desk.undo(),
    next: () => go(desk, desk.next(sheet)),
    before: () => go(desk, desk.before(sheet)),
    context: () => toggle(sheet?.querySelector("[data-context]")),
    marks: () => swap(page, "marks"),
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

function go(desk, sheet) {
  if (sheet) desk.stand(sheet);
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
