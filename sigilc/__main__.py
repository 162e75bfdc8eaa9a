"""The command `sigilc`: runs a cached program at once, and imports the compiler only otherwise."""

import sys

from sigilc.bytecode import keep_bytecode


def main() -> None:
    """Entry point of the console script and of `python -m sigilc`."""
    keep_bytecode()
    from sigilc import cache

    cache.run_cached(sys.argv[1:])
    from sigilc.cli.main import run

    run()


if __name__ == "__main__":
    main()
