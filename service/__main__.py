"""The command line, `python -m service`. Each command is imported when it is called: a question for help, or what needs
no model and no Redis, must not wait for their libraries."""

from importlib import import_module

import click

COMMANDS = {
    "audit": "Verify the audit logs, and write them into a file.",
    "backup": "Write everything in the store into a file, while the service runs.",
    "demo": "Send forty comments to the demo article of a running service.",
    "doctor": "Hold queue, threads, claims and counters against the comments.",
    "member": "List, rename and revoke the members of a running service.",
    "policy": "Show and change how a site of a running service moderates.",
    "restore": "Write everything in a file of `backup` into an empty store.",
    "rotate-key": "Replace the secret that encrypts emails, while the service runs.",
    "serve": "Run the service.",
    "site": "Make, change and list the sites of a running service.",
    "thread": "Show and change the threads of a running service.",
    "token": "Make, list and revoke the tokens of a running service.",
}
"""Every command, and what it does in a line."""
_MODULES = {"restore": "backup"}
"""The module of a command where it is not called after it."""


class Commands(click.Group):
    """The commands of COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 the signature is click's
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        attribute = name.replace("-", "_")
        found: click.Command = getattr(import_module(f"service.commands.{_MODULES.get(name, attribute)}"), attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _tell_version(ctx: click.Context, param: click.Parameter, is_asked: bool) -> None:  # noqa: ARG001, FBT001 click's
    if not is_asked or ctx.resilient_parsing:
        return
    from service.version import own_version  # here, as finding it takes as long as all the rest of a --help

    click.echo(f"commentdesk {own_version()}")
    ctx.exit()


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Every command has its own --help. Settings are environment variables, COMMENTDESK_...: see the README.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and end.",
)
def main() -> None:
    """commentdesk: self-hosted comment moderation."""


if __name__ == "__main__":
    main(prog_name="commentdesk")
