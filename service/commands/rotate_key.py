"""`rotate-key`: replaces the secret that encrypts emails, while the service runs."""

import click

from service.commands.options import redis_option


@click.command("rotate-key")
@click.option("--new", "is_making", is_flag=True, help="First make a new secret in the data folder.")
@redis_option
def rotate_key(redis_url: str | None, *, is_making: bool) -> None:
    """Replace the secret that encrypts emails, while the service may go on.

    Every service must know both secrets before: the new one as COMMENTDESK_SECRET_KEY, the one that it replaces as
    COMMENTDESK_PREVIOUS_SECRET_KEY. Cut off, it is run again, and goes on. Backups that were made before are read with
    the secret of their time.

    \b
    Examples:
      commentdesk rotate-key --new    # where the secret is in the data folder; then restart, then:
      commentdesk rotate-key
    """
    from service.commands.acts.rotate_key import replace

    replace(redis_url, is_making=is_making)
