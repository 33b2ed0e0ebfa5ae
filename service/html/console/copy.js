/**
 * Buttons that copy what stands in a field: a token, a link, lines for a website. Without this script the text is
 * selected by hand; where a browser lets no script copy, it is selected and the rest is said.
 */

const told = document.getElementById("told");

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  field.focus();
  field.select();
  told.textContent = "";
  try {
    await navigator.clipboard.writeText(field.value);
    told.textContent = button.dataset.copied;
    button.firstChild.data = button.dataset.copied;
  } catch {
    told.textContent = button.dataset.selected;
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
