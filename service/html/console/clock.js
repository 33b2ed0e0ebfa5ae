/**
 * Times of today as the clock of this browser has them; without scripts they stand in UTC.
 */

import { clockAt } from "./telling.js";

export function tellTime(root) {
  for (const time of root.querySelectorAll("time[data-clock]")) {
    time.textContent = clockAt(new Date(time.dateTime));
  }
}
