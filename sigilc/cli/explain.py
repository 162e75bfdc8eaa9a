"""`sigilc explain`."""

from __future__ import annotations

import click

from sigilc.driver import explanation


@click.command("explain", short_help="Explain an error or warning code.")
@click.argument("code")
def explain_command(code: str) -> None:
    """Explain CODE, such as E0301: what it means, a program that has it, and how to mend it."""
    text = explanation(code)
    if text is None:
        raise click.UsageError(f"there is no code `{code}`; codes look like E0301 or W0101")
    click.echo(text.rstrip("\n"))
