"""XML 1.0 out of any text there may be in a name. Pure."""

from __future__ import annotations

from collections.abc import Mapping

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

# All but Char (XML 1.0, section 2.2): a reference to such a character is not well-formed either.
_IMPOSSIBLE = (*range(0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
_WRITTEN = dict.fromkeys(_IMPOSSIBLE, "\N{REPLACEMENT CHARACTER}") | str.maketrans(
    # White space, too: in an attribute a parser makes spaces of it (section 3.3.3).
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
    | {letter: f"&#{ord(letter)};" for letter in "\t\n\r"}
)


def escaped(text: str) -> str:
    """Return *text* as it stands in an element or an attribute, in double quotes.

    What no XML can hold, control characters for example, becomes U+FFFD.
    """
    return text.translate(_WRITTEN)


def element(
    name: str, text: str | None = None, attributes: Mapping[str, object] | None = None
) -> str:
    """Return an element that holds *text*, or nothing.

    :param attributes: those that are ``None`` are left out.
    """
    given = "".join(
        f' {key}="{escaped(str(value))}"'
        for key, value in (attributes or {}).items()
        if value is not None
    )
    return f"<{name}{given}/>" if text is None else f"<{name}{given}>{escaped(text)}</{name}>"
