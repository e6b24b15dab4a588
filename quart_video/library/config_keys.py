"""Keys of the configuration that are nearly those of a setting. Pure.

A key that nobody reads changes nothing, and nobody is told: of one that is to keep people out, that
is a library that is open to all.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from itertools import islice

from quart_video.settings import ConfigurationError, table

_SECURITY = {
    "VIDEO_CORS_ORIGINS",
    "VIDEO_DOWNLOADS",
    "VIDEO_SIGNED_URLS",
    "VIDEO_SIGNED_URL_LIFETIME",
    "VIDEO_SIGNING_KEYS",
}
"""Settings that say who may have what."""

_ALIKE = 0.8
"""How alike two keys have to be, from 0 to 1, without the word that nearly all begin with."""

_FIRST_WORD = re.compile("^VIDEOS?_?")
_LONGEST = 64  # letters of a key that is looked at
_TABLES = ("VIDEO", "MEDIA", "QUART_VIDEO", "QUART-VIDEO")
"""What tables of the configuration are called, or begin with, that may be meant for us."""
_MOST_IN_TABLE = 100  # keys that are looked at

ENVIRONMENT = "QUART_"
"""What ``app.config.from_prefixed_env()`` looks for, unless told otherwise."""


def misspelled(config: Iterable[str]) -> dict[str, str]:
    """Return the keys that are none of ours and nearly are, with what they are nearly.

    Keys of the app's own, such as ``VIDEO_STUDIO``, are like none.
    """
    known = {_FIRST_WORD.sub("", row.metadata["key"]): row.metadata["key"] for row in table()}
    found = {}
    for key in config:
        folded = key.upper()
        if key in known.values() or len(key) > _LONGEST:
            continue
        if not folded.startswith(("VIDEO", "MEDIA")):
            continue
        close = difflib.get_close_matches(_FIRST_WORD.sub("", folded), known, n=1, cutoff=_ALIKE)
        if close:
            found[key] = known[close[0]]
    return found


def _in_tables(config: Mapping[str, object]) -> dict[str, str]:
    """Return what is in a table of the configuration, and would be a setting outside of it.

    It is written there by a heading in TOML, and by ``QUART_VIDEO__PAGE_SIZE``.
    """
    known = {row.metadata["key"] for row in table()}
    found = {}
    for name, inside in config.items():
        if name in known or not name.upper().startswith(_TABLES) or not isinstance(inside, Mapping):
            continue
        for key in islice(inside, _MOST_IN_TABLE):
            folded = str(key).upper()
            for right in (folded, f"VIDEO_{folded}", f"MEDIA_{folded}"):
                if right in known:
                    found[f'app.config["{name}"]["{key}"]'] = right
    return found


def key_warnings(config: Mapping[str, object], environment: Iterable[str]) -> list[str]:
    """Return what to tell of the keys that somebody has set, and nobody reads.

    :param config: of the app.
    :param environment: names of its variables.
    :raises ConfigurationError: what is misspelled is to keep people out.
    """
    wrong = {f'app.config["{key}"]': right for key, right in misspelled(config).items()}
    wrong |= _in_tables(config)
    for written, right in wrong.items():
        if right in _SECURITY:
            raise ConfigurationError(
                f"{written} is not read by anything, and who may have what depends on "
                f"{right}. Call it that, or remove it."
            )
    told = [
        f"{written} is not read by anything. Did you mean {right}?"
        for written, right in wrong.items()
    ]
    ours = {row.metadata["key"] for row in table()}
    given = {name.removeprefix(ENVIRONMENT) for name in environment if name.startswith(ENVIRONMENT)}
    left = sorted(key for key in given if key in ours and key not in config)
    if left:
        told.append(
            f"{', '.join(ENVIRONMENT + key for key in left)} of the environment "
            f"{'is' if len(left) == 1 else 'are'} not read, as the app does not ask for it. Call "
            "app.config.from_prefixed_env() before the app starts."
        )
    return told
