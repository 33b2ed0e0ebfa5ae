"""The command line, `python -m service`."""

import click

from service.commands.backup import backup, restore
from service.commands.demo import demo
from service.commands.doctor import doctor
from service.commands.rotate_key import rotate_key
from service.commands.serve import serve
from service.commands.site import site
from service.commands.token import token


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """commentdesk: self-hosted comment moderation."""


main.add_command(backup)
main.add_command(demo)
main.add_command(doctor)
main.add_command(restore)
main.add_command(rotate_key)
main.add_command(serve)
main.add_command(site)
main.add_command(token)

if __name__ == "__main__":
    main(prog_name="commentdesk")
