"""The code blocks of a Markdown page, in order. Nothing that is shown as code gets lost here.

Understands what the pages use: fences of back-ticks with a language, MyST's ``code-block`` with a
caption, ``literalinclude`` of a whole file, and ``:::`` around notes. Anything else is an error
rather than a block passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"

_FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,})(?P<info>[^`]*)")
_CODE = re.compile(r"\{code-block\} +(?P<language>\w+)")
_OPTION = re.compile(r":(?P<name>[\w-]+):(?P<value>.*)")
# Directives that show no code of their own.
_NO_CODE = {
    "{eval-rst}",
    "{glossary}",
    "{include}",
    "{settings}",
    "{texts}",
    "{toctree}",
    "{types}",
}


@dataclass(frozen=True, slots=True)
class Block:
    """One code block."""

    page: str
    """Path of the page below the documentation, without its extension."""
    line: int
    """Of its first line of code in the page, from 1."""
    language: str
    caption: str
    """Name of the file it shows, ``""`` where it shows none."""
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def first_line(self) -> str:
        """What the tables know it by."""
        return self.text.partition("\n")[0]


def pages() -> dict[str, Path]:
    """Return every page with code: the documentation, and the README."""
    found = {path.relative_to(DOCS).with_suffix("").as_posix(): path for path in _sources()}
    return {"README": REPOSITORY / "README.md", **found}


def _sources() -> list[Path]:
    return sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)


def blocks_of(page: str, source: str) -> list[Block]:
    """Return the code blocks in the text of a page.

    :raises ValueError: something is fenced in a way that is not known here.
    """
    found = []
    lines = enumerate(source.splitlines(), start=1)
    for number, line in lines:
        if "```" not in line:
            continue
        opening = _FENCE.fullmatch(line)
        if not opening:
            raise ValueError(f"{page}:{number}: unclear what {line!r} is")
        inside = []
        for _, text in lines:
            if text.strip() == opening["fence"]:
                break
            inside.append(text.removeprefix(opening["indent"]))
        else:
            raise ValueError(f"{page}:{number}: is not closed")
        block = _block(page, number + 1, opening["info"].strip(), inside)
        if block:
            found.append(block)
    return found


def _block(page: str, line: int, info: str, inside: list[str]) -> Block | None:
    if info.startswith("{literalinclude} "):
        return _included(page, line, info.partition(" ")[2], inside)
    if info.partition(" ")[0] in _NO_CODE:
        if any("code-block::" in text or text.endswith("::") for text in inside):
            raise ValueError(f"{page}:{line}: code within {info}")
        return None
    code = _CODE.fullmatch(info)
    if not code:
        if not re.fullmatch(r"\w+", info):
            raise ValueError(f"{page}:{line}: {info!r} is no language and no known directive")
        return Block(page, line, info, "", "\n".join(inside) + "\n")
    options = {}
    while inside and (option := _OPTION.fullmatch(inside[0])):
        options[option["name"]] = option["value"].strip()
        inside = inside[1:]
        line += 1
    if inside and not inside[0]:
        inside = inside[1:]
        line += 1
    return Block(page, line, code["language"], options["caption"], "\n".join(inside) + "\n")


def _included(page: str, line: int, target: str, inside: list[str]) -> Block:
    """Return a block that is a file of its own, which the page includes as a whole."""
    options = [_OPTION.fullmatch(each) for each in inside]
    given = {option["name"]: option["value"].strip() for option in options if option}
    path = (DOCS / page).parent / target
    if given.keys() != {"language", "caption"} or len(given) < len(inside) or not path.is_file():
        raise ValueError(f"{page}:{line}: unclear what {target!r} is")
    text = path.read_text(encoding="utf-8")
    return Block(page, line, given["language"], given["caption"], text)
