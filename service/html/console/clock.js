/**
 * Times as the clock of this browser has them, in the way of the page's language; without scripts they stand in UTC, and
 * say so.
 */

const { lang } = document.documentElement;
/** English of these pages is British. */
const language = lang === "en" ? "en-GB" : lang;
const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });

export function tellTimes(root) {
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    if ("clock" in time.dataset) time.textContent = clock.format(at);
    else if ("moment" in time.dataset) time.textContent = day.format(at);
    else if (time.title) time.title = day.format(at);
  }
  for (const label of root.querySelectorAll("tspan[data-at]")) {
    label.textContent = clock.format(new Date(label.dataset.at));
  }
}

/** To the minute; with seconds where it is soon. */
export function clockAt(time, isSoon = false) {
  return isSoon ? time.toLocaleTimeString(language) : clock.format(time);
}

tellTimes(document);
