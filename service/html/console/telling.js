/**
 * What the desk says by itself: one line above all that is heard at once, and quiet words behind every act.
 */

/** `more` are elements behind the words: a link, a button. */
export function alertLine(words, kind, ...more) {
  const line = document.createElement("p");
  line.className = `note ${kind}`;
  line.append(words, ...more.flatMap((each) => [" ", each]));
  document.getElementById("alerts").replaceChildren(line);
}

export function clearLine() {
  document.getElementById("alerts").replaceChildren();
}

export function tellQuietly(words) {
  document.getElementById("told").textContent = words;
}

export function linkTo(address, words) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = words;
  return link;
}

export function buttonFor(act, words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button slim";
  button.textContent = words;
  button.addEventListener("click", act);
  return button;
}

/** What changes within a line without being heard again. */
export function silently(words) {
  const span = document.createElement("span");
  span.ariaHidden = "true";
  span.textContent = words;
  return span;
}
