"""What became of a comment, for whoever wrote it or passed it on."""

from service.desk import Desk
from service.domain.comment import KnownComment
from service.errors import CommentNotFoundError, ReceiptNotFoundError
from service.store.known_comments import read_known


async def read_by_receipt(desk: Desk, site: str, receipt: str) -> KnownComment:
    """The comment of a receipt. ReceiptNotFoundError, the same for a text that is no receipt, for one of another site,
    and for one whose comment was erased; the store is asked in any case, so that they take the same time."""
    comment_id = desk.vault.open_receipt(receipt, site)
    try:
        return await read_known(desk.link, site, comment_id or "")
    except CommentNotFoundError as error:
        raise ReceiptNotFoundError from error


async def read_for_website(desk: Desk, site: str, comment_id: str) -> KnownComment:
    """A comment as the website that passed it on may know it: no more than its author. CommentNotFoundError."""
    return await read_known(desk.link, site, comment_id)
