"""`sigilc clean`."""

from __future__ import annotations

import click

from sigilc import cache


@click.command("clean", short_help="Empty the build cache.")
def clean_command() -> None:
    """Remove what sigilc keeps in the user's cache folder: compiled scripts and the compiled runtime."""
    freed = cache.clean()
    click.echo(f"{cache.cache_folder()}: {freed / 1e6:.1f} MB removed")
