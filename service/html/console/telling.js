/**
 * What the desk says by itself: one line above all that is heard at once, and quiet words behind every act.
 */

/** `more` are elements behind the words: a link, a button. */
export function alertLine(words, kind, ...more) {
  const line = document.createElement("p");
  line.className = `note ${kind}`;
  line.append(words, ...more);
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
