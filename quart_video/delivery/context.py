"""The current request and app themselves: each look through the proxies of Quart has its price."""

from __future__ import annotations

from quart import Quart, Request, current_app, request


def this_request() -> Request:
    """Return the current request."""
    return request._get_current_object()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001


def this_app() -> Quart:
    """Return the current app."""
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001
