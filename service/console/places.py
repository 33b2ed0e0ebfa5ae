"""Where the pages of a site's comments, authors and threads are."""

from urllib.parse import quote, urlencode


def queue_address(site: str, **query: str) -> str:
    """The queue as it is to be looked at; empty fields are left out."""
    given = urlencode({name: value for name, value in query.items() if value})
    return f"/console/{site}" + (f"?{given}" if given else "")


def comments_address(site: str, **filters: str) -> str:
    """The list of a site's comments with some filters; empty ones are left out."""
    given = urlencode({name: value for name, value in filters.items() if value})
    return f"/console/{site}/comments" + (f"?{given}" if given else "")


def comment_address(site: str, comment_id: str) -> str:
    return f"/console/{site}/comments/{comment_id}"


def author_address(site: str, author_id: str) -> str:
    return f"/console/{site}/authors/{author_id}"


def threads_address(site: str, **filters: str) -> str:
    """The list of a site's threads; empty filters are left out."""
    given = urlencode({name: value for name, value in filters.items() if value})
    return f"/console/{site}/threads" + (f"?{given}" if given else "")


def thread_address(site: str, thread: str, **filters: str) -> str:
    """A thread's page: its id is the publisher's, and may hold any character."""
    given = urlencode({name: value for name, value in filters.items() if value})
    return f"/console/{site}/threads/{quote(thread, safe='')}" + (f"?{given}" if given else "")


def bulks_address(site: str) -> str:
    """The list of what was decided on many comments at once."""
    return f"/console/{site}/bulk"


def bulk_address(site: str, bulk_id: str) -> str:
    return f"{bulks_address(site)}/{bulk_id}"
