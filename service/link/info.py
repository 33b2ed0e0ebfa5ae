"""What servers tell of themselves."""

from service.link.link import Link


async def read_info(link: Link, *sections: str) -> list[dict[str, str]]:
    """The fields of these sections of INFO, of each server that answers."""
    return [fields(each) for each in await link.call_each("INFO", *sections)]


def fields(info: bytes) -> dict[str, str]:
    """The lines `name:value` of an answer to INFO."""
    lines = info.decode("utf-8", "replace").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)
