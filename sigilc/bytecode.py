"""Where the user's cache is, and compiled modules of the compiler in it.

`__main__` imports this before anything else; it takes only what the interpreter has loaded anyway.
"""

from __future__ import annotations

import os
import sys

FOLDER = "python"


def cache_folder() -> str:
    """`$SIGIL_CACHE`, or `sigilc` in the user's cache folder; need not exist."""
    chosen = os.environ.get("SIGIL_CACHE")
    if chosen:
        return os.path.abspath(chosen)
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not base.startswith("/"):
        base = os.path.expanduser("~/.cache")
    return f"{base}/sigilc"


def keep_bytecode() -> None:
    """Lets Python put compiled modules into the cache where it is told not to write them beside their sources.

    Without any, two hundred modules are compiled at each start, which takes longer than to compile most programs.
    """
    if sys.dont_write_bytecode and sys.pycache_prefix is None:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = f"{cache_folder()}/{FOLDER}"
