"""In which language the pages of a mount speak to whoever asks."""

from __future__ import annotations

from collections import ChainMap
from typing import Any

from quart import after_this_request, has_request_context

from quart_video.messages import Texts
from quart_video.settings import AUTO_LANGUAGE, Settings
from quart_video.translations import DEFAULT, choose, texts_in
from quart_video.web.request_limits import accepted_languages


def texts_for_request(settings: Settings) -> Texts:
    """Return the texts for the current request, and note in its answer that they depend on it."""
    language = _fixed_language(settings)
    if language is None and has_request_context():
        language = choose(accepted_languages())
        after_this_request(_vary)
    return _texts(settings, language or DEFAULT)


def texts_for_programs(settings: Settings) -> Texts:
    """Return the texts that are the same for everybody."""
    return _texts(settings, _fixed_language(settings) or DEFAULT)


def _fixed_language(settings: Settings) -> str | None:
    """Return the language that all get, ``None`` where it depends on who asks.

    Where the texts of the app are in a language of their own, ours are in the same, or in English:
    a page in two languages, one of which changes with the visitor, helps nobody.
    """
    own = settings.texts.get("language")
    if own is not None:
        return choose([own]) if isinstance(own, str) else DEFAULT
    return None if settings.language == AUTO_LANGUAGE else settings.language


def _texts(settings: Settings, language: str) -> Texts:
    return Texts(ChainMap(dict(settings.texts), dict(texts_in(language))))


async def _vary(response: Any) -> Any:
    response.vary.add("Accept-Language")
    return response
