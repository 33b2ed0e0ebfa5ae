/**
 * What happens on the site meanwhile: figures in the strip, at most once in five seconds, and what somebody else decided
 * on a comment that lies here.
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
      const answer = await fetch(location.pathname, { headers: { "CD-Fragment": "1" }, redirect: "error" });
      if (answer.ok) desk.facts(elementsOf(await answer.text()));
    } catch {
      // The next event asks again; a connection that is gone is told where a decision waits for it.
    }
  };

  const hear = (event) => {
    const news = JSON.parse(event.data);
    if (ENDS.has(news.type) && news.comment_id) desk.endedElsewhere(news);
    timer ??= setTimeout(refresh, QUIET_MS);
  };
  for (const type of ["entered", "left", "claimed", "released", "decided", "undone", "escalated"]) {
    source.addEventListener(type, hear);
  }
  addEventListener("pagehide", () => source.close());
}
