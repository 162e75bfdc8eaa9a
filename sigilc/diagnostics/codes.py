"""All error and warning codes, with a title each, and their explanations."""

from importlib.resources import files

TITLE_BY_CODE: dict[str, str] = {
    "E0001": "a source file can't be read",
    "E0002": "a source file is not valid UTF-8",
    "E0003": "a character that no part of a program begins with",
    "E0004": "an opening bracket is not closed",
    "E0005": "a closing bracket closes nothing",
    "E0006": "a string, or an interpolation in it, is not closed",
    "E0007": "a block comment is not closed",
    "E0008": "a number is malformed",
    "E0009": "the text of a literal is malformed",
    "E0010": "something stands where it can't stand",
    "E0011": "a program is nested too deeply",
    "E0012": "a line that starts with a closure continues the pipeline above",
    "E0013": "a form of another language that Sigil leaves out",
    "E0301": "a value is used where a more trusted one is required",
    "E0302": "`!` on a reported value that nothing has validated",
    "E0303": "an uncertain value is used where a present one is required",
    "E0304": "`?` in a function whose result is neither uncertain nor a `Result`",
    "E0305": "a result promised as `!` is not known and present on this path",
    "E0306": "reported data is stored in an actor field that does not say `~`",
    "E0307": "an in-out parameter may leave evidence behind that the variable's annotation forbids",
    "E0605": "`!` on what arrives from foreign code or is decoded",
}


def explain(code: str) -> str | None:
    """The explanation of a code, as Markdown; None where there is no such code."""
    code = code.strip().upper()
    if code not in TITLE_BY_CODE:
        return None
    page = files("sigilc.diagnostics").joinpath("explain", f"{code}.md")
    return page.read_text(encoding="utf-8") if page.is_file() else f"# {code}: {TITLE_BY_CODE[code]}\n"
