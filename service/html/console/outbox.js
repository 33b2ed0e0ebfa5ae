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
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const answer = await post(order);
      if (answer) {
        this.isHeldUp = false;
        return answer;
      }
      this.isHeldUp = true;
      this.tell(document.querySelector("[data-words]").dataset.offline);
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

/** The HTML that comes back; null where nothing does, or the server asks to come again. */
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
    return null;
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
  if (answer.status === 429 || answer.status >= 500) return null;
  const html = await answer.text();
  if (!answer.ok) throw new Refused(html);
  return html;
}
