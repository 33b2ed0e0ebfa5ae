"""The forms of the pages of rules: texts as they were typed. What they become is checked by the schemas of the
API's own calls, so that a page shows again what it refuses."""

from marshmallow import fields, validate

from schemas.fields import Closed
from schemas.setup import OnceSchema

MAX_TYPED_CHARS = 400
MAX_COMMENT_CHARS = 20_000
"""More than a comment may have."""
MAX_RULES_CHARS = 1 << 20
"""5,000 phrases and 200 rules as JSON."""
MAX_VALUES_CHARS = 100_000
_VERSION = r"^([1-9][0-9]{0,8})?\Z"


def _typed(description: str, most: int = MAX_TYPED_CHARS) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=most), metadata={"description": description})


def _seen() -> fields.String:
    return fields.String(
        load_default="",
        validate=validate.Regexp(_VERSION),
        metadata={"description": "The version of the policy that the page showed."},
    )


class PolicySettingsForm(Closed):
    """How a site moderates, without its rules."""

    version = _seen()
    mode = _typed("The mode.")
    publish_below = _typed("The risk below which is published.")
    reject_above = _typed("The risk above which is rejected.")
    reader_rate_per_minute = _typed("Of one reader; empty for no limit.")
    reader_burst = _typed("Of one reader at once.")
    site_rate_per_minute = _typed("Of all readers together; empty for no limit.")
    site_burst = _typed("Of all readers at once.")
    stranger_rate_per_minute = _typed("Of all strangers together; empty for no limit.")
    stranger_burst = _typed("Of all strangers at once.")
    close_after_days = _typed("After how many days threads close; empty for never.")


class RulesTextForm(Closed):
    """All rules of a site, as the API has them."""

    version = _seen()
    rules = _typed("The rules as JSON.", MAX_RULES_CHARS)


class NewRuleForm(Closed):
    """One more rule, of a common kind."""

    version = _seen()
    rule_name = _typed("What it is called.")
    kind = _typed("What a comment has to meet.")
    values = _typed("Phrases or domains, one a line, or a number.", MAX_VALUES_CHARS)
    action = _typed("What it does.")
    rule_thread = _typed("For this thread alone; empty for all.")


class RuleActForm(Closed):
    """What is done with one rule."""

    version = _seen()
    place = fields.String(
        required=True, validate=validate.Regexp(r"^[0-9]{1,3}\Z"), metadata={"description": "Its place, from 0 on."}
    )
    act = fields.String(
        required=True, validate=validate.OneOf(("up", "down", "remove")), metadata={"description": "What is done."}
    )


class TrialForm(Closed):
    """A comment to try the rules on."""

    name = _typed("The author's name.")
    email = _typed("The author's email.")
    body = _typed("The comment.", MAX_COMMENT_CHARS)
    thread = _typed("Its thread; empty for none.")


class RulesQuery(Closed):
    """Whether what is shown was just saved."""

    saved = fields.String(
        load_default="", validate=validate.OneOf(("", "1")), metadata={"description": "1 after a form was saved."}
    )


class VersionsFilters(Closed):
    """Which page of the versions."""

    below = fields.String(
        load_default="",
        validate=validate.Regexp(_VERSION),
        metadata={"description": "The last version of the page before."},
    )


class RestoreForm(OnceSchema):
    """An older version that is to be the newest."""

    version = fields.String(
        required=True,
        validate=validate.Regexp(r"^[1-9][0-9]{0,8}\Z"),
        metadata={"description": "The older version."},
    )
    seen = _seen()
