/**
 * The comments are the moderator's while he works: their leases are renewed then, and given back when he leaves or
 * does nothing for long.
 */

import { send } from "./fragment.js";
import { clockAt } from "./clock.js";
import { alertLine, buttonFor, clearLine } from "./telling.js";

const MINUTE_MS = 60000;
const RENEWED_EVERY_MS = 2 * MINUTE_MS;
const WORKING_MS = 5 * MINUTE_MS;
const WARNED_MS = 4 * MINUTE_MS;

export function keepLeases(desk) {
  let lastAct = Date.now();
  const began = Date.now();
  let lastRenewed = Date.now();
  let isPauseProposed = false;
  let isWarned = false;
  for (const kind of ["keydown", "pointerdown", "scroll"]) {
    document.addEventListener(kind, () => {
      lastAct = Date.now();
    }, { passive: true, capture: true });
  }

  const renew = () => {
    lastRenewed = Date.now();
    send(document.querySelector("[data-renew]")).catch(() => {});
  };

  const look = () => {
    if (!desk.current) return;
    const idle = Date.now() - lastAct;
    if (idle >= WORKING_MS && desk.outbox.isEmpty) {
      location.assign(`${location.pathname}?back=1`);
    } else if (idle >= WARNED_MS) {
      if (!isWarned) alertLine(desk.words.idle.replace("{time}", clockAt(new Date(lastAct + WORKING_MS))), "warn");
      isWarned = true;
    } else {
      if (isWarned) desk.clearAlert();
      isWarned = false;
      if (Date.now() - lastRenewed >= RENEWED_EVERY_MS) renew();
    }
    const pause = Number(document.documentElement.dataset.pause);
    if (pause && !isPauseProposed && Date.now() - began >= pause * MINUTE_MS) {
      isPauseProposed = true;
      const rest = buttonFor(() => document.querySelector("[data-give-back]").requestSubmit(), desk.words.rest);
      alertLine(desk.words.pause.replace("{count}", pause), "", rest, buttonFor(clearLine, desk.words.later));
    }
  };
  setInterval(look, 5000);

  addEventListener("pagehide", () => {
    if (desk.current) send(document.querySelector("[data-give-back]"), { keepalive: true }).catch(() => {});
  });
}
