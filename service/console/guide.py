"""What moderators should know before they begin, on one page."""

from service.console.frame import page
from service.console.operation import console_page
from service.web.answer import Answer
from service.web.call import Call


@console_page("Show the guide for moderators")
async def read_guide(call: Call) -> Answer:
    return page(call, "console/guide.html", here="guide")
