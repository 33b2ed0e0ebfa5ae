"""A website that shows an article with its readers' comments, and takes new ones. Python 3.11, nothing else.

    DESK=http://127.0.0.1:8080 TOKEN=... python3 website.py     # then open http://127.0.0.1:8001/river

TOKEN is a token of the role `website`: it stays here, on the server, and is in no page.
"""

import hashlib
import html
import json
import os
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DESK = os.environ.get("DESK", "http://127.0.0.1:8080")
TOKEN = os.environ["TOKEN"]
SITE = os.environ.get("SITE", "default")
PORT = int(os.environ.get("PORT", "8001"))
ADDRESS = os.environ.get("ADDRESS", f"http://127.0.0.1:{PORT}")
ARTICLES = {"river": "Every spring the river takes a little more"}
FIELDS = ("name", "email", "website", "body", "parent_id")
MAX_FORM_BYTES = 160 * 1024
DEEPEST = 5
SECONDS = 3
LONGEST_WAIT = 2

known = {}  # address -> (its ETag, the page): a thread that did not change is not sent again


def ask(path, body=None, headers=None):
    """Status, headers and JSON of an answer; status 503 where none came."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{DESK}/v1/sites/{SITE}{path}", data, headers or {})
    if data is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as error:
        content = error.read()
        return error.code, error.headers, json.loads(content) if content.startswith(b"{") else {}
    except (OSError, ValueError):
        return 503, {}, {}


def read_thread(article):
    """All published comments of an article, and whether it is closed; None while they cannot be read."""
    comments, cursor, page = [], "", {}
    while cursor is not None:
        path = f"/threads/{urllib.parse.quote(article, safe='')}/comments?limit=200"
        path += f"&cursor={urllib.parse.quote(cursor)}" if cursor else ""
        tag, page = known.get(path, ("", {}))
        status, headers, answer = ask(path, headers={"If-None-Match": tag} if tag else {})
        if status == 200:
            known[path], page = (headers["ETag"], answer), answer
        elif status != 304 and not page:  # an old page is better than none
            return None
        comments += page["comments"]
        cursor = page["next_cursor"]
    return {"comments": comments, "closed": page.get("closed", False)}


def key_of(form):
    """The same text from the same page, sent twice, is one comment; a mended one is another."""
    page = form.get("key") or secrets.token_urlsafe()
    return hashlib.sha256("\n".join([page, *(form.get(name, "") for name in FIELDS)]).encode()).hexdigest()


def submit(article, form, reader):
    """Status and answer for a reader's comment. Sent again once when the service says so: the key makes that safe."""
    body = {name: form[name] for name in FIELDS if form.get(name)}
    body["article"] = {"title": ARTICLES[article], "url": f"{ADDRESS}/{article}"}
    body["client"] = reader
    path = f"/threads/{urllib.parse.quote(article, safe='')}/comments"
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": key_of(form)}
    status, answered, answer = ask(path, body, headers)
    if status == 503:
        time.sleep(min(int(answered.get("Retry-After", 1)), LONGEST_WAIT))
        status, answered, answer = ask(path, body, headers)
    return status, answer | {"wait": answered.get("Retry-After", "60")}


def mistakes_of(status, answer):
    """What to tell the reader, by field; "" is for the whole form."""
    if status == 422:
        return {field: " ".join(messages) for field, messages in answer.get("errors", {}).items()}
    if status == 429:
        return {"": f"That was quick. Please send it again in {answer['wait']} seconds; your text is still here."}
    if status == 409:
        return {"": "This article takes no more comments."}
    return {"": "Your comment could not be taken just now. Your text is still here: please send it again in a minute."}


def nested(comments):
    """The replies to each comment, and to None, the article. One whose parent is not published (any more) is among the
    latter; at the deepest level replies to replies stand beside each other."""
    replies, place = defaultdict(list), {None: (0, None)}
    for comment in comments:
        depth, parent = place.get(comment["parent_id"], place[None])
        replies[parent].append(comment)
        place[comment["comment_id"]] = (depth + 1, comment["comment_id"]) if depth < DEEPEST else (depth, parent)
    return replies


def show_comments(replies, parent=None):
    items = "".join(
        f'<li id="comment-{each["comment_id"]}"><b>{html.escape(each["name"])}</b> '
        f"<p>{html.escape(each['body'])}</p>"
        f'<a href="?reply={each["comment_id"]}#form">Reply</a>{show_comments(replies, each["comment_id"])}</li>'
        for each in replies[parent]
    )
    return f"<ol>{items}</ol>" if items else ""


def show_form(article, form, mistakes):
    field = '<p><label>{0} <input name="{1}" value="{2}" {3}></label> <em>{4}</em></p>'
    value = {name: html.escape(form.get(name, "")) for name in (*FIELDS, "key")}
    wrong = {name: html.escape(text) for name, text in mistakes.items()}
    return (
        f'<form method="post" action="/{article}#form" id="form"><strong>{wrong.get("", "")}</strong>'
        + field.format("Name", "name", value["name"], "required", wrong.get("name", ""))
        + field.format("Email", "email", value["email"], 'type="email" required', wrong.get("email", ""))
        + field.format("Website", "website", value["website"], 'type="url"', wrong.get("website", ""))
        + f'<p><label>Comment <textarea name="body" required>{value["body"]}</textarea></label> '
        f"<em>{wrong.get('body', '')}</em></p>"
        f'<input type="hidden" name="parent_id" value="{value["parent_id"]}">'
        f'<input type="hidden" name="key" value="{value["key"] or secrets.token_urlsafe()}">'
        "<button>Send</button></form>"
    )


def show_page(article, notice="", form=None, mistakes=None):
    thread = read_thread(article)
    if thread is None:
        comments = "<p>The comments cannot be shown just now.</p>"
    else:
        comments = show_comments(nested(thread["comments"])) or "<p>No comments yet.</p>"
    is_shown = mistakes or thread is None or not thread["closed"]  # what he wrote is his, also when it comes too late
    below = show_form(article, form or {}, mistakes or {}) if is_shown else "<p>Comments are closed.</p>"
    title = html.escape(ARTICLES[article])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>p {{ white-space: pre-line; overflow-wrap: anywhere }}</style><h1>{title}</h1>"
        f"<p><strong>{html.escape(notice)}</strong></p>{comments}{below}</html>"
    )


class Website(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        notice = "Thank you. Your comment waits for a moderator." if query.get("comment") == "held" else ""
        form = {"parent_id": query.get("reply", "")}
        article = parts.path.strip("/")
        self.answer(article, lambda: show_page(article, notice, form))

    def do_POST(self):
        article = urllib.parse.urlsplit(self.path).path.strip("/")
        length = int(self.headers.get("Content-Length", 0))
        if article not in ARTICLES or not 0 <= length <= MAX_FORM_BYTES:
            return self.answer("")
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode("utf-8", "replace")))
        reader = {
            "ip": self.client_address[0],  # behind a proxy: what the proxy says of it, and only if it is yours
            "user_agent": self.headers.get("User-Agent", ""),
            "referrer": self.headers.get("Referer", ""),
        }
        status, answer = submit(article, form, reader)
        if status not in (201, 202):
            page = show_page(article, "", form, mistakes_of(status, answer))
            return self.answer(article, lambda: page, status)
        there = f"#comment-{answer['comment_id']}" if answer["state"] == "published" else "?comment=held"
        self.send_response(303)  # the browser reads the article again: going back sends nothing twice
        self.send_header("Location", f"/{article}{there}")
        self.end_headers()

    def answer(self, article, page=None, status=200):
        content = page().encode() if article in ARTICLES else b"Not here."
        self.send_response(status if article in ARTICLES else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    print(f"{ADDRESS}/river", flush=True)
    ThreadingHTTPServer(("127.0.0.1", PORT), Website).serve_forever()
