"""Which pages may show the player in a frame, and what it may load. Pure.

CSP3, section 6.4.2: ``frame-ancestors`` names the sites of all pages that a frame may be in, one in
the other. Where it is sent, browsers pass over ``X-Frame-Options``.
"""

from __future__ import annotations

from collections.abc import Sequence

_LOADS = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
)


def player_policy(origins: Sequence[str], *, redirects: bool) -> str:
    """Return the value of ``Content-Security-Policy`` for a page with nothing but a player.

    :param origins: that may show it, beside that of the page itself; ``"*"`` among them: all.
    :param redirects: whether videos come from a store, whose address may be any.
    """
    media = "media-src *" if redirects else "media-src 'self'"
    ancestors = "*" if "*" in origins else " ".join(("'self'", *origins))
    return "; ".join((*_LOADS, media, f"frame-ancestors {ancestors}"))
