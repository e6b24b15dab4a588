"""Glue: the signature of the current request."""

from __future__ import annotations

import time

from quart import current_app, request

from quart_video.access.signed_urls import Grant
from quart_video.library.library import Library
from quart_video.library.state import app_state, current_library
from quart_video.policy.transfer_limits import client_key
from quart_video.policy.url_signer import PARAMETER


def signature_problem(library: Library) -> str | None:
    """Say what is wrong with the signature of the current request; ``None``: nothing is."""
    signatures = request.args.getlist(PARAMETER)
    if len(signatures) != 1:
        return f"it has {len(signatures)} signatures"
    if library.url_signer is None:
        return "there is no key to check its signature with: VIDEO_SIGNING_KEYS is not set"
    return library.url_signer.problem(
        (request.endpoint or "").rpartition(".")[2],
        (request.view_args or {}).get("path", ""),
        signatures[0],
        now=time.time(),
        client=client_key(str(request.remote_addr)),
    )


def player_grant() -> Grant | None:
    """Return what the signature of the current request, which is right, lets a player have.

    ``None``: the request is for no player, but for a file.
    """
    if (request.endpoint or "").rpartition(".")[2] != "embed":
        return None
    return Grant(request.args[PARAMETER], client_key(str(request.remote_addr)))


async def is_signed() -> bool:
    """Tell whether the current request, at a library, has a signature that is right for it.

    For functions that run before a request, such as a login, and let whoever has one pass.
    """
    if request.blueprint not in app_state(current_app).mounts:
        return False
    return signature_problem(await current_library()) is None
