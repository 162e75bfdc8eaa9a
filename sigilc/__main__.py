"""The command `sigilc`: runs a cached program at once, and imports the compiler only otherwise."""

import sys

from sigilc import cache


def main() -> None:
    """Entry point of the console script and of `python -m sigilc`."""
    cache.run_cached(sys.argv[1:])
    from sigilc.cli.main import run

    run()


if __name__ == "__main__":
    main()
