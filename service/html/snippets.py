"""Lines that a website's pages take over, as docs/website.md describes them: they are text to be copied."""

_FORM = """\
<form method="post" action="{address}/v1/sites/{site}/threads/ARTICLE/comments">
  <p><label>Name <input name="name" autocomplete="name" required></label></p>
  <p><label>Email <input name="email" type="email" autocomplete="email" required></label></p>
  <p><label>Comment <textarea name="body" rows="5" required></textarea></label></p>
  <input type="hidden" name="return_to" value="ADDRESS-OF-THE-ARTICLE">
  <p><button>Post comment</button></p>
</form>"""
_SERVER = """\
curl {address}/v1/sites/{site}/threads/ARTICLE/comments \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: A-NEW-ONE-FOR-EACH-COMMENT" \\
  -d '{{"name": "Ada", "email": "ada@example.org", "body": "A first comment."}}'"""


def form_snippet(address: str, site: str) -> str:
    """A form for a page that is only a file; ARTICLE and ADDRESS-OF-THE-ARTICLE are the page's own."""
    return _FORM.format(address=address, site=site)


def server_snippet(address: str, site: str) -> str:
    """What a website's server sends, as a shell would; TOKEN is the website's."""
    return _SERVER.format(address=address, site=site)
