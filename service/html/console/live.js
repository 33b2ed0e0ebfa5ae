/**
 * What happens on the site meanwhile: figures in the strip, and what somebody else decided on a comment that lies here.
 * Figures are asked for five to ten seconds after something happened: all pages hear of it at once, and are not to ask
 * at once.
 */

import { elementsOf } from "./fragment.js";

const QUIET_MS = 5000;
const ENDS = new Set(["decided", "left"]);

export function follow(desk, address) {
  const source = new EventSource(address);
  let timer = null;

  const refresh = async () => {
    timer = null;
    try {
      const answer = await fetch(address.replace(/live$/, "figures"), { redirect: "error" });
      if (answer.ok) desk.facts(elementsOf(await answer.text()));
    } catch {
      // The next event asks again; a connection that is gone is told where a decision waits for it.
    }
  };

  const hear = (event) => {
    const news = JSON.parse(event.data);
    if (ENDS.has(news.type) && news.comment_id) desk.endedElsewhere(news);
    timer ??= setTimeout(refresh, QUIET_MS * (1 + Math.random()));
  };
  for (const type of ["entered", "left", "claimed", "released", "decided", "undone", "escalated"]) {
    source.addEventListener(type, hear);
  }
  addEventListener("pagehide", () => source.close());
}
