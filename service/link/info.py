"""Reads what servers report about themselves by INFO."""

from service.link.link import Link


async def read_info(link: Link, *sections: str) -> list[dict[str, str]]:
    """Returns the fields of these sections of INFO, one mapping for each server that is up."""
    return [fields(info) for info in await link.call_each("INFO", *sections)]


def fields(info: bytes) -> dict[str, str]:
    """Returns the lines `name:value` of a reply to INFO."""
    lines = info.decode("utf-8", "replace").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)
