"""`sigilc new`."""

from __future__ import annotations

import click


@click.command("new", short_help="Make a package.")
@click.option("--lib", "is_library", is_flag=True, help="A library for other packages, instead of a program.")
@click.argument("name", type=click.Path())
def new_command(is_library: bool, name: str) -> int:
    """Make a package in a new folder NAME: Sigil.toml, a source file with a test, README.md and .gitignore.

    What is there already is never overwritten.
    """
    from sigilc.tools.new_package import new_package

    for path in new_package(name, is_library):
        click.echo(path)
    return 0
