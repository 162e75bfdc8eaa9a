"""The command `sigilc`: runs a cached program at once, and imports the compiler only otherwise."""

import gc
import os
import sys

from sigilc.bytecode import keep_bytecode


def main() -> None:
    """Entry point of the console script and of `python -m sigilc`."""
    keep_bytecode()
    from sigilc import cache

    cache.run_cached(sys.argv[1:])
    gc.disable()        # for good: one look at all that a large program leaves costs a tenth of its compilation
    from sigilc.cli.main import run

    try:
        run()
    except SystemExit as end:
        if isinstance(end.code, int):
            _leave(end.code)
        raise


def _leave(status: int) -> None:
    """Ends the process without Python's orderly end, which would look at each object once more."""
    import atexit

    sys.stdout.flush()
    sys.stderr.flush()
    atexit._run_exitfuncs()         # removes temporary folders
    os._exit(status)


if __name__ == "__main__":
    main()
