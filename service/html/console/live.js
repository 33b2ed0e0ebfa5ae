/**
 * What happens on the site meanwhile: figures in the strip, and what somebody else decided on a comment that lies here.
 * Figures are asked for five to ten seconds after something happened: all pages hear of it at once, and are not to ask
 * at once.
 */

import { elementsOf } from "./fragment.js";

const QUIET_MS = 5000;
const LONGEST_WAIT_MS = 60000;
const HEARD = ["entered", "left", "claimed", "released", "decided", "undone", "escalated"];
const ENDS = new Set(["decided", "left"]);

export function follow(desk, address) {
  let source = null;
  let timer = null;

  const refresh = async () => {
    timer = null;
    try {
      const answer = await fetch(address.replace(/live$/, "figures"), { redirect: "error" });
      if (answer.ok) desk.facts(elementsOf(await answer.text()));
      await desk.lookAgain();
    } catch {
      // The next event asks again; a connection that is gone is told where a decision waits for it.
    }
  };

  const soon = () => {
    timer ??= setTimeout(refresh, QUIET_MS * (1 + Math.random()));
  };

  const hear = (event) => {
    const news = JSON.parse(event.data);
    if (news.type === "entered" && news.revision === 1) desk.came(); // none that was decided before
    if (ENDS.has(news.type) && news.comment_id) desk.endedElsewhere(news);
    soon();
  };

  /** A browser comes again by itself where a connection breaks, but not where the answer was an error. */
  const open = (waitMs) => {
    source = new EventSource(address);
    for (const type of HEARD) source.addEventListener(type, hear);
    source.addEventListener("open", () => {
      waitMs = QUIET_MS;
      soon();
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(open, waitMs, Math.min(2 * waitMs, LONGEST_WAIT_MS));
    });
  };

  open(QUIET_MS);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // what a browser kept is of then: the comments went back
  });
}
