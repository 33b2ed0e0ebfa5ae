/**
 * What is on its way to the server, one thing after the other. Without a connection one decision waits here, and is
 * sent again with the same key until it is through: it is taken once however often it comes.
 */

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;

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
    const here = encodeURIComponent(location.pathname + location.search);
    this.address = `${location.pathname.replace(/\/console\/.*$/, "/console")}/_/sign-in?next=${here}`;
  }
}

export class Outbox {
  constructor(tell) {
    this.tell = tell;
    this.last = Promise.resolve();
    this.waiting = 0;
    this.isHeldUp = false;
    this.tryNow = () => {};
    addEventListener("online", () => this.tryNow());
    addEventListener("beforeunload", (event) => {
      if (this.isHeldUp && !this.isEmpty) event.preventDefault();
    });
  }

  get isEmpty() {
    return this.waiting === 0;
  }

  /** A form as its button would send it, as it is now. */
  order(form, button = null) {
    const fields = new URLSearchParams(new FormData(form, button));
    return { address: button?.getAttribute("formaction") ?? form.getAttribute("action"), fields };
  }

  /** Sends what was ordered, after all before it; gives the server's HTML, or raises Refused or SignedOut. */
  send(order) {
    this.waiting += 1;
    const sent = this.last.then(() => this.deliver(order)).finally(() => {
      this.waiting -= 1;
    });
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
    try {
      const answer = await post(order);
      if (answer.html !== undefined) this.isHeldUp = false;
      return answer;
    } catch (error) {
      this.isHeldUp = error instanceof SignedOut;
      throw error;
    }
  }
}

/** The HTML that comes back; where nothing does, or the server asks to come again, in how many ms that is at least. */
async function post({ address, fields }) {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      body: fields,
      headers: { "CD-Fragment": "1", "X-CSRF": fields.get("csrf") ?? "" },
      redirect: "manual",
    });
  } catch {
    return { waitMs: 0 };
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
  if (answer.status === 429 || answer.status >= 500) {
    return { waitMs: Math.min(1000 * (Number(answer.headers.get("Retry-After")) || 0), LONGEST_WAIT_MS) };
  }
  const html = await answer.text();
  if (!answer.ok) throw new Refused(html);
  return { html };
}
