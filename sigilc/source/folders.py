"""Where the files that come with the compiler are: the runtime's C and the standard library."""

from pathlib import Path

from sigilc.crash import InternalError


def data_folder(name: str) -> Path:
    """The absolute path of `runtime` or `stdlib`, wherever the compiler is started from."""
    folder = Path(__file__).resolve().parents[2] / name
    if not folder.is_dir():
        raise InternalError(f"the installation is incomplete: there is no folder `{name}` beside the package")
    return folder
