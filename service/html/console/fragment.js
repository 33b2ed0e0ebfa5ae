/**
 * Forms sent by a script, and the server's HTML that comes back for them. This is the only place where text becomes
 * HTML: the page's policy allows no other (Trusted Types).
 */

import { tellTimes } from "./clock.js";

const policy = globalThis.trustedTypes?.createPolicy("commentdesk", { createHTML: (html) => html });

/** The elements of a piece of HTML that this server made. Nothing in it runs: a parsed document has no scripts. */
export function elementsOf(html) {
  const parsed = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
  const elements = document.createDocumentFragment();
  elements.append(...parsed.body.childNodes);
  tellTimes(elements);
  return elements;
}

/** Sends a form as its button would, and asks for the part of the page that changes. `keepalive` outlives the page. */
export function send(form, { submitter = null, keepalive = false } = {}) {
  const fields = new URLSearchParams(new FormData(form, submitter));
  const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  return fetch(address, {
    method: "POST",
    body: fields,
    headers: { "CD-Fragment": "1", "X-CSRF": fields.get("csrf") ?? "" },
    redirect: "follow",
    keepalive,
  });
}
