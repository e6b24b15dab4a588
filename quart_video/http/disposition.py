"""Content-Disposition, RFC 6266, with file names in any script, RFC 8187."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal
from urllib.parse import quote

# attr-char of RFC 8187 section 3.2.1, less the letters and digits that quote() always keeps
_ATTR_CHARS = "!#$&+-.^_`|~"
_UNSAFE = re.compile(r"[^ !#$&\'()+,\-.0-9;=@A-Z\[\]^_`a-z{}~]")


def content_disposition(
    disposition: Literal["inline", "attachment"], filename: str | None = None
) -> str:
    """Write the field. Whatever *filename* holds, it cannot end the field or the parameter.

    :param filename: the name to save under, or ``None``. A path is cut to its last component.
    """
    name = re.split(r"[/\\]", filename)[-1] if filename else ""
    if not name:
        return disposition
    # One by one: normalize() takes quadratic time to put many accents on one letter in order.
    letters = "".join(unicodedata.normalize("NFKD", character) for character in name)
    plain = letters.encode("ascii", "ignore").decode()
    # "%" too: some browsers decode percent-encoding in the plain form.
    plain = _UNSAFE.sub("_", plain).strip()
    if not plain or (plain.startswith(".") and not name.startswith(".")):
        plain = f"download{plain}"  # of a name in other letters no more is left than ".mp4"
    field = f'{disposition}; filename="{plain}"'
    if plain != name:
        encoded = quote(name.encode("utf-8", "replace"), safe=_ATTR_CHARS)
        field += f"; filename*=UTF-8''{encoded}"
    return field
