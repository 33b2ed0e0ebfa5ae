/**
 * What is on its way to the server, one thing after the other. Without a connection one decision waits here, and is
 * sent again with the same key until it is through: it is taken once however often it comes.
 */

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;
/** Of a server, or of a proxy before it, that may do it a moment later. */
const AGAIN = new Set([429, 502, 503, 504]);

/** The server did not do it, and says why in HTML. */
export class Refused extends Error {
  constructor(html) {
    super("refused");
    this.html = html;
  }
}

/** The session has ended; `address` leads to signing in, and back here. */
export class SignedOut extends Error {
  constructor() {
    super("signed out");
    const [, before, here] = location.pathname.match(/^(.*?)(\/console(?:\/.*)?)$/); // a proxy may put a path before
    this.address = `${before}/console/_/sign-in?next=${encodeURIComponent(here + location.search)}`;
  }
}

export class Outbox {
  constructor(tell) {
    this.tell = tell;
    this.last = Promise.resolve();
    this.unsent = new Set();
    this.isHeldUp = false;
    this.tryNow = () => {};
    addEventListener("pagehide", () => this.hurry());
    addEventListener("online", () => this.tryNow());
    addEventListener("beforeunload", (event) => {
      if (this.isHeldUp && !this.isEmpty) event.preventDefault();
    });
  }

  get isEmpty() {
    return this.unsent.size === 0;
  }

  /** A form as its button would send it, as it is now. */
  order(form, button = null) {
    const fields = new URLSearchParams(new FormData(form, button));
    return { address: button?.getAttribute("formaction") ?? form.getAttribute("action"), fields };
  }

  /** Sends what was ordered, after all before it; gives the server's HTML, or raises Refused or SignedOut. */
  send(order) {
    this.unsent.add(order);
    const sent = this.last.then(() => this.deliver(order)).finally(() => this.unsent.delete(order));
    this.last = sent.catch(() => {});
    return sent;
  }

  async deliver(order) {
    const since = new Date();
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const { html, waitMs } = await this.post(order);
      if (html !== undefined) return html;
      const pauseMs = Math.max(wait, waitMs);
      this.isHeldUp = true;
      this.tell(since, new Date(Date.now() + pauseMs));
      await new Promise((done) => {
        const timer = setTimeout(done, pauseMs);
        this.tryNow = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
  }

  /** As `post`; who is signed out can send nothing more. */
  async post(order) {
    order.isOut = true;
    try {
      const answer = await post(order);
      if (answer.html !== undefined) this.isHeldUp = false;
      return answer;
    } catch (error) {
      this.isHeldUp = error instanceof SignedOut;
      throw error;
    } finally {
      order.isOut = false;
    }
  }

  /** The page goes: what waits for its turn is sent at once, but claims no comments that nobody would see. */
  hurry() {
    const waiting = [...this.unsent].filter((each) => !each.isOut && !each.address.endsWith("/claims"));
    for (const order of waiting) post(order).catch(() => {});
  }
}

/** The HTML that comes back to a request that outlives its page; where nothing does, or the server asks to come again, in how many ms that is at least. */
async function post({ address, fields }) {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      body: fields,
      headers: { "CD-Fragment": "1", "X-CSRF": fields.get("csrf") ?? "" },
      redirect: "manual",
      keepalive: true,
    });
  } catch {
    return { waitMs: 0 };
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
  if (AGAIN.has(answer.status)) {
    return { waitMs: Math.min(1000 * (Number(answer.headers.get("Retry-After")) || 0), LONGEST_WAIT_MS) };
  }
  const html = await answer.text();
  if (!answer.ok) throw new Refused(html);
  return { html };
}
