// A website that shows an article with its readers' comments, and takes new ones. Node 18 or newer, nothing else.
//
//     DESK=http://127.0.0.1:8080 TOKEN=... node website.mjs     # then open http://127.0.0.1:8002/river
//
// TOKEN is a token of the role `website`: it stays here, on the server, and is in no page.

import { createServer } from "node:http";
import { createHash, randomUUID } from "node:crypto";

const { DESK = "http://127.0.0.1:8080", TOKEN, SITE = "default", PORT = "8002" } = process.env;
const ADDRESS = process.env.ADDRESS ?? `http://127.0.0.1:${PORT}`;
const ARTICLES = { river: "Every spring the river takes a little more" };
const FIELDS = ["name", "email", "website", "body", "parent_id"];
const MAX_FORM_BYTES = 160 * 1024;
const DEEPEST = 5;
const MILLISECONDS = 3000;
const LONGEST_WAIT = 2;

const known = new Map(); // address -> its ETag and the page: a thread that did not change is not sent again

const escaped = (text) =>
  String(text).replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

/** Status, headers and JSON of an answer; status 503 where none came. */
async function ask(path, { body, headers = {} } = {}) {
  try {
    const answer = await fetch(`${DESK}/v1/sites/${SITE}${path}`, {
      method: body ? "POST" : "GET",
      body: body && JSON.stringify(body),
      headers: { ...headers, ...(body && { "Content-Type": "application/json" }) },
      signal: AbortSignal.timeout(MILLISECONDS),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, json: text.startsWith("{") ? JSON.parse(text) : {} };
  } catch {
    return { status: 503, headers: new Headers(), json: {} };
  }
}

/** All published comments of an article, and whether it is closed; null while they cannot be read. */
async function readThread(article) {
  const comments = [];
  let closed = false;
  for (let cursor = ""; cursor !== null; ) {
    const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const path = `/threads/${encodeURIComponent(article)}/comments?limit=200${more}`;
    let page = known.get(path);
    const { status, headers, json } = await ask(path, { headers: page ? { "If-None-Match": page.tag } : {} });
    if (status === 200) {
      page = { tag: headers.get("ETag"), ...json };
      known.set(path, page);
    } else if (status !== 304 && !page) return null; // an old page is better than none
    comments.push(...page.comments);
    closed = page.closed ?? false;
    cursor = page.next_cursor;
  }
  return { comments, closed };
}

/** The same text from the same page, sent twice, is one comment; a mended one is another. */
function keyOf(form) {
  const parts = [form.get("key") || randomUUID(), ...FIELDS.map((name) => form.get(name) ?? "")];
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}

/** The answer for a reader's comment. Sent again once when the service says so: the key makes that safe. */
async function submit(article, form, client) {
  const given = FIELDS.filter((name) => form.get(name)).map((name) => [name, form.get(name)]);
  const body = {
    ...Object.fromEntries(given),
    article: { title: ARTICLES[article], url: `${ADDRESS}/${article}` },
    client,
  };
  const path = `/threads/${encodeURIComponent(article)}/comments`;
  const request = { body, headers: { Authorization: `Bearer ${TOKEN}`, "Idempotency-Key": keyOf(form) } };
  const answer = await ask(path, request);
  if (answer.status !== 503) return answer;
  await pause(Math.min(Number(answer.headers.get("Retry-After") ?? 1), LONGEST_WAIT));
  return ask(path, request);
}

/** What to tell the reader, by field; "" is for the whole form. */
function mistakesOf({ status, headers, json }) {
  if (status === 422) {
    return Object.fromEntries(Object.entries(json.errors ?? {}).map(([field, told]) => [field, told.join(" ")]));
  }
  if (status === 429) {
    const wait = headers.get("Retry-After") ?? 60;
    return { "": `That was quick. Please send it again in ${wait} seconds; your text is still here.` };
  }
  if (status === 409) return { "": "This article takes no more comments." };
  return {
    "": "Your comment could not be taken just now. Your text is still here: please send it again in a minute.",
  };
}

/** The replies to each comment, and to null, the article. One whose parent is not published (any more) is among the
 * latter; at the deepest level replies to replies stand beside each other. */
function nested(comments) {
  const replies = new Map();
  const places = new Map([[null, { depth: 0, parent: null }]]);
  for (const comment of comments) {
    const place = places.get(comment.parent_id) ?? places.get(null);
    if (!replies.has(place.parent)) replies.set(place.parent, []);
    replies.get(place.parent).push(comment);
    const below = { depth: place.depth + 1, parent: comment.comment_id };
    places.set(comment.comment_id, place.depth < DEEPEST ? below : place);
  }
  return replies;
}

function showComments(replies, parent = null) {
  const items = (replies.get(parent) ?? []).map(
    (each) => `<li id="comment-${each.comment_id}"><b>${escaped(each.name)}</b> <p>${escaped(each.body)}</p>
      <a href="?reply=${each.comment_id}#form">Reply</a>${showComments(replies, each.comment_id)}</li>`,
  );
  return items.length ? `<ol>${items.join("")}</ol>` : "";
}

function showForm(article, form, mistakes) {
  const value = (name) => escaped(form.get(name) ?? "");
  const wrong = (name) => escaped(mistakes[name] ?? "");
  const field = (label, name, more) =>
    `<p><label>${label} <input name="${name}" value="${value(name)}" ${more}></label> <em>${wrong(name)}</em></p>`;
  return `<form method="post" action="/${article}#form" id="form"><strong>${wrong("")}</strong>
    ${field("Name", "name", "required")}
    ${field("Email", "email", 'type="email" required')}
    ${field("Website", "website", 'type="url"')}
    <p><label>Comment <textarea name="body" required>${value("body")}</textarea></label> <em>${wrong("body")}</em></p>
    <input type="hidden" name="parent_id" value="${value("parent_id")}">
    <input type="hidden" name="key" value="${value("key") || randomUUID()}"><button>Send</button></form>`;
}

async function showPage(article, { notice = "", form = new URLSearchParams(), mistakes = {} } = {}) {
  const thread = await readThread(article);
  const comments = thread
    ? showComments(nested(thread.comments)) || "<p>No comments yet.</p>"
    : "<p>The comments cannot be shown just now.</p>";
  const isShown = !thread?.closed || Object.keys(mistakes).length; // what he wrote is his, also when it comes too late
  const below = isShown ? showForm(article, form, mistakes) : "<p>Comments are closed.</p>";
  const title = escaped(ARTICLES[article]);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
    <style>p { white-space: pre-line; overflow-wrap: anywhere }</style><h1>${title}</h1>
    <p><strong>${escaped(notice)}</strong></p>${comments}${below}</html>`;
}

async function bodyOf(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > MAX_FORM_BYTES) return null;
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString("utf-8"));
}

async function answer(request) {
  const { pathname, searchParams } = new URL(request.url, ADDRESS);
  const article = pathname.slice(1);
  if (!Object.hasOwn(ARTICLES, article)) return { status: 404, page: "Not here." };
  if (request.method !== "POST") {
    const notice = searchParams.get("comment") === "held" ? "Thank you. Your comment waits for a moderator." : "";
    const form = new URLSearchParams({ parent_id: searchParams.get("reply") ?? "" });
    return { status: 200, page: await showPage(article, { notice, form }) };
  }
  const form = await bodyOf(request);
  if (form === null) return { status: 413, page: "Too long." };
  const client = {
    ip: request.socket.remoteAddress, // behind a proxy: what the proxy says of it, and only if it is yours
    user_agent: request.headers["user-agent"] ?? "",
    referrer: request.headers.referer ?? "",
  };
  const taken = await submit(article, form, client);
  if (taken.status !== 201 && taken.status !== 202) {
    return { status: taken.status, page: await showPage(article, { form, mistakes: mistakesOf(taken) }) };
  }
  const there = taken.json.state === "published" ? `#comment-${taken.json.comment_id}` : "?comment=held";
  return { status: 303, location: `/${article}${there}`, page: "" }; // going back sends nothing twice
}

createServer(async (request, response) => {
  const { status, page, location } = await answer(request);
  response.writeHead(status, {
    "Content-Type": "text/html; charset=utf-8",
    ...(location && { Location: location }),
    ...(status === 413 && { Connection: "close" }),
  });
  response.end(page);
}).listen(Number(PORT), "127.0.0.1", () => console.log(`${ADDRESS}/river`));
