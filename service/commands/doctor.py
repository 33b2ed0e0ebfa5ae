"""`doctor`: checks whether all data in the store agrees, while the service runs, and repairs it on request."""

import click

from service.commands.options import redis_option


@click.command()
@click.option("--repair", "is_repairing", is_flag=True, help="Put right what can be.")
@click.option("--json", "is_json", is_flag=True, help="Tell everything as JSON.")
@redis_option
def doctor(redis_url: str | None, *, is_repairing: bool, is_json: bool) -> None:
    """Hold queue, threads, claims and counters against the comments, while the service may go on.

    Ends with 1 when something is wrong and was not put right.

    \b
    Examples:
      commentdesk doctor
      commentdesk doctor --repair
    """
    from service.commands.acts.doctor import look_after

    look_after(redis_url, is_repairing=is_repairing, is_json=is_json)
