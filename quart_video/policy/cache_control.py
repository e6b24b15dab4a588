"""The one table of caching rules: Cache-Control and Referrer-Policy, by kind of answer. Pure.

RFC 9111, section 5.2.2, defines what the directives of a response mean. An answer without any may
be kept by a cache as long as that sees fit (section 4.2.2), so every answer has one.

| kind of answer | for everybody | for the one who asks |
|---|---|---|
| a file, with ``VIDEO_MAX_AGE``, by an address with its version | \
``public, max-age=N, immutable`` | ``private``, the same |
| a file, by another address, or without | ``no-cache`` | ``private, no-cache`` |
| a file that a view of the app sends, with ``cache_timeout`` | ``public, max-age=N`` | - |
| a derivative, by an address with its version | ``public, max-age``: a year, ``immutable`` | \
``private``, the same |
| a derivative, by another address | ``no-cache`` | ``private, no-cache`` |
| style or a script, by an address with its version | ``public, max-age``: a year, \
``immutable`` | the same |
| style or a script, by another address | ``no-cache`` | the same |
| a page, JSON, a playlist, a redirect to a folder | ``no-cache`` | ``private, no-cache`` |
| an error | ``no-cache`` | ``no-store`` |
| a placeholder, a redirect to the store, health | ``no-store`` | ``no-store`` |

``Vary`` stands with the code that looks at the field in question.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from quart_video.http import Fields

YEAR = 365 * 86_400
"""Seconds for which an answer that never changes may be kept."""


class Answer(Enum):
    """What kind of answer is sent."""

    FILE = auto()
    """The bytes of a file of a library, as they are."""
    VIEW_FILE = auto()
    """The same of a file that a view of the app sends, which knows how long it may be kept."""
    DERIVATIVE = auto()
    """What was made out of a file: a poster, a storyboard, chapters, captions."""
    STATIC = auto()
    """Style and scripts of the pages, which are the same for everybody."""
    PAGE = auto()
    """What is made anew for each request: pages, JSON, playlists, redirects to a folder."""
    ERROR = auto()
    """A status of 400 or more."""
    PASSING = auto()
    """What is only right now: a placeholder, a redirect to the store, the health."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an answer is for."""

    private: bool = False
    """Whether it is for nobody but the one who asks."""
    is_signed: bool = False
    """Whether the address that was asked for carries a signature."""
    hands_out_signatures: bool = False
    """Whether pages hold addresses that carry one."""
    max_age: int | None = None
    """Seconds for which a file may be kept, ``VIDEO_MAX_AGE``; ``None``: every use asks first."""


EVERYBODY = Audience()


def caching_fields(
    answer: Answer, audience: Audience = EVERYBODY, *, names_version: bool = False
) -> Fields:
    """Return the fields that tell caches and browsers what to do with an answer.

    :param names_version: whether the address names the version of what is sent, so that it leads
        to the same bytes for ever.
    """
    return (
        ("Cache-Control", _cache_control(answer, audience, names_version=names_version)),
        *_referrer_policy(answer, audience),
    )


def _cache_control(answer: Answer, audience: Audience, *, names_version: bool) -> str:
    private = audience.private
    revalidated = "private, no-cache" if private else "no-cache"
    if answer is Answer.PASSING:
        return "no-store"
    if answer is Answer.STATIC:
        # Whatever compresses on the way may do so: nobody asks for a range of it.
        return f"public, max-age={YEAR}, immutable" if names_version else "no-cache"
    if answer is Answer.ERROR:
        # A shared cache could keep a 404 that was meant for somebody else.
        return "no-store" if private else "no-cache"
    if answer in (Answer.FILE, Answer.VIEW_FILE):
        # A file may be replaced under its name: caches that keep parts of it would mix the two, or
        # give up, for as long as they may keep them (RFC 9111, section 3.4).
        if audience.max_age is not None and (names_version or answer is Answer.VIEW_FILE):
            revalidated = f"{'private' if private else 'public'}, max-age={audience.max_age}"
            # RFC 8246: it is not asked for again, not even when the page is reloaded.
            revalidated += ", immutable" if names_version else ""
        # A proxy that compresses or rescales on the way would corrupt a 206.
        return f"{revalidated}, no-transform"
    if answer is Answer.DERIVATIVE and names_version:
        shared = not private and audience.max_age is not None
        return f"{'public' if shared else 'private'}, max-age={YEAR}, immutable"
    return revalidated


def _referrer_policy(answer: Answer, audience: Audience) -> Fields:
    """Keep signed URLs from being told to other sites (Referrer Policy, section 3)."""
    if answer is Answer.PAGE:
        # What has been opened by a signature, as a player may be, has the same in it.
        kept = audience.hands_out_signatures or audience.is_signed
        return (("Referrer-Policy", "same-origin"),) if kept else ()
    if answer in (Answer.FILE, Answer.VIEW_FILE, Answer.DERIVATIVE) and audience.is_signed:
        return (("Referrer-Policy", "no-referrer"),)
    return ()
