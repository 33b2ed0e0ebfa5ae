/**
 * Times of today as the clock of this browser has them; without scripts they stand in UTC.
 */

export function tellTime(root) {
  const language = document.documentElement.lang;
  for (const time of root.querySelectorAll("time[data-clock]")) {
    const at = new Date(time.dateTime);
    time.textContent = at.toLocaleTimeString(language, { hour: "numeric", minute: "2-digit" });
  }
}
