"""Which comments a form means, of many: those ticked, like one of them, or all that pass filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.api.lists import selection_of
from service.console.comments import Filters, checked_filters
from service.desk import Desk
from service.domain.selection import Selection
from service.errors import InvalidFieldsError
from service.use_cases.lists import with_author
from service.web.call import Call, is_comment_id

_FILTERS = ("state", "by", "q", "since", "thread", "author", "rule")
NOTHING, NOT_ONE = "nothing", "not_one"
"""What is wrong with what was ticked."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What was asked for, as it was typed. `picked` has the revisions of comments by their ids, `like` the id of one
    that others are like, else all are meant that pass the filters; `mistake` says what is wrong with what was
    ticked."""

    picked: Mapping[str, int]
    like: str
    filters: Filters
    left_out: Sequence[str]
    mistake: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """The fields of a form that asks for the same again."""
        picked = {f"pick[{comment_id}]": str(revision) for comment_id, revision in self.picked.items()}
        given = {name: getattr(self.filters, name) for name in _FILTERS}
        asked = picked or given | {"like": self.like, "all": "" if self.like else "1"}
        return {name: value for name, value in asked.items() if value} | {"left_out": " ".join(self.left_out)}

    @property
    def list_address(self) -> str:
        """Where all of them are listed, before any is left out; "" where no filters of the lists name them."""
        return "" if self.picked or self.like or self.mistake else self.filters.address

    async def selection(self, desk: Desk) -> Selection | None:
        """What the API calls the same; None where nobody has the author's name. InvalidFieldsError names fields as the
        form does."""
        if self.picked:
            return Selection(revisions=self.picked)
        if self.like and not is_comment_id(self.like):
            raise InvalidFieldsError(errors={"like": ["No comment of this site."]})
        query = checked_filters(self.filters)
        selection = selection_of(query)._replace(like=self.like or None)
        return await with_author(desk, self.filters.site, selection, query["author_id"])


def selected_of(call: Call) -> Selected:
    """What the form of a call means: all that are like one, all that match, or what was ticked."""
    body, site = call.body, call.known_site.site
    picked: Mapping[str, int] = body["pick"]
    like = body["like"]
    left_out = _ids_of(body["left_out"], body["leave_out"])
    filters = Filters(site, **{name: body[name] for name in _FILTERS})
    if body["alike"] and len(picked) != 1:
        return Selected({}, "", Filters(site), (), NOT_ONE)
    if body["alike"]:
        (like,) = picked
    if like or body["all"]:
        return Selected({}, like, filters, left_out)
    return Selected(picked, "", Filters(site), left_out, "" if picked else NOTHING)


def _ids_of(*texts: str) -> list[str]:
    return [each for each in dict.fromkeys(" ".join(texts).split()) if is_comment_id(each)]
