/**
 * Pointing at a reason outlines the words that it is about, and the other way round.
 */

const TURNS = { pointerover: true, pointerout: false, focusin: true, focusout: false };

for (const [kind, isLit] of Object.entries(TURNS)) {
  document.addEventListener(kind, ({ target }) => light(reasonOf(target), isLit));
}

/** The place of the reason that an element is, or stands for. */
function reasonOf(element) {
  const mark = element.closest?.("mark");
  const number = mark ? mark.nextElementSibling : element.closest?.("a.ref");
  return number?.hash?.slice(1) || element.closest?.(".why > li")?.id;
}

function light(id, isLit) {
  if (!id) return;
  document.getElementById(id)?.classList.toggle("lit", isLit);
  for (const number of document.querySelectorAll(`a.ref[href="#${CSS.escape(id)}"]`)) {
    number.previousElementSibling.classList.toggle("lit", isLit);
  }
}
