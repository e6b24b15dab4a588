"""The texts of the pages in other languages, and which of them a visitor gets. Pure.

Each language is a module with a table ``TEXTS``, which has all keys of
:data:`quart_video.messages.TEXTS`; it is imported when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module

from quart_video.messages import TEXTS, Text

DEFAULT = "en"
LANGUAGES = ("ar", "de", DEFAULT, "es", "fr", "ja")
"""Their tags (BCP 47). To add one, add its module, and its tag here."""


@cache
def texts_in(language: str) -> Mapping[str, Text]:
    """Return the texts in one of the :data:`LANGUAGES`, by key."""
    if language == DEFAULT:
        return TEXTS
    texts: Mapping[str, Text] = import_module(f"{__name__}.{language}").TEXTS
    return texts


def choose(tags: Iterable[str]) -> str:
    """Return the first of our languages that a reader of these understands.

    :param tags: languages in BCP 47, the best first: ``pt-BR``, ``de-AT``. What follows the
        language is passed over (Lookup, RFC 4647, section 3.4).
    """
    for tag in tags:
        primary = tag.partition("-")[0].lower()
        if primary in LANGUAGES:
            return primary
    return DEFAULT
