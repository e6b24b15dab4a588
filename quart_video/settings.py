"""The one table of settings: name, configuration key, default, what it does.

A value is looked up in this order: argument of ``VideoBlueprint(...)``, option of
``register_blueprint(...)``, ``app.config``, default. ``app.config.from_prefixed_env()`` works for
every key, so each parser takes the Python value as well as what JSON in an environment variable
gives.
"""

from __future__ import annotations

import codecs
import math
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields
from typing import Any

from quart_video.media_types import VIDEO_TYPES
from quart_video.messages import Text, checked
from quart_video.storage.base import Storage
from quart_video.storage.object_store.url import EXAMPLE, Location, is_url, parse_location
from quart_video.translations import LANGUAGES

MAX_PAGE_SIZE = 500
"""Most videos that one page of a listing may hold."""

MIN_OPEN_RANGE = 64 * 1024
"""Least bytes that an open-ended range may be limited to."""

MIN_RATE = 1024
"""Least bytes per second that a transfer may be held to."""


_SHORTEST_KEY = 16


class ConfigurationError(ValueError):
    """A setting is missing or unusable. The message names the key and the remedy."""


class MissingSettingError(ConfigurationError):
    """What has to be set is not."""


def _path(value: object) -> str:
    if isinstance(value, str | os.PathLike):
        text = os.fspath(value)
        if isinstance(text, str) and text and "\0" not in text:
            return text
    raise ValueError("must be the path of a folder")


def _root(value: object) -> str | Location | Storage:
    if isinstance(value, Location | Storage):
        return value
    if isinstance(value, str) and is_url(value):
        return parse_location(value)
    try:
        return _path(value)
    except ValueError as error:
        raise ValueError(f"{error}, or a URL such as {EXAMPLE}") from None


def _without_credentials(value: object) -> str:
    """Write a media root that cannot be used, but for what may be a secret in its URL."""
    return re.sub(r"(?<=://)[^/]*@|\?.*", "...", repr(value))


def _store_options(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError(f"must map names to values, as {_OPTIONS_EXAMPLE}")
    options = {}
    for name, option in value.items():
        if not isinstance(name, str) or not isinstance(option, str | int | float):
            raise ValueError(f"must map names to values, as {_OPTIONS_EXAMPLE}")
        options[name.lower()] = str(option).lower() if isinstance(option, bool) else str(option)
    return options


_OPTIONS_EXAMPLE = '{"endpoint": "https://example.org"}'


def _text(value: object) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError("must be text")


def _integer(lowest: int, highest: int) -> Callable[[object], int]:
    def parse(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest:
            return value
        raise ValueError(f"must be a whole number from {lowest} to {highest}")

    return parse


def _seconds(value: object) -> float:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):
            seconds = float(value)
            if 0 < seconds < math.inf:
                return seconds
    raise ValueError("must be a number of seconds above 0")


_WORDS_FOR_SWITCHES = {"true", "false", "yes", "no", "on", "off"}
_WORDS_FOR_NOTHING = {"none", "null", "nil"}


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    told = "must be True or False"
    if isinstance(value, str) and value.strip().lower() in _WORDS_FOR_SWITCHES:
        told += ", in the environment as true or false"
    raise ValueError(told)


def _keys(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value] if value else []
    if not isinstance(value, list | tuple):
        raise ValueError("must be a list of texts")
    for key in value:
        if not isinstance(key, str) or len(key) < _SHORTEST_KEY:
            raise ValueError(f"must be a list of texts of {_SHORTEST_KEY} characters or more")
    return tuple(value)


def _optional(parse: Callable[[object], Any]) -> Callable[[object], Any]:
    def parse_unless_none(value: object) -> Any:
        if value is None or value == "":
            return None
        try:
            return parse(value)
        except ValueError as error:
            told = f"{error}, or None"
            if isinstance(value, str) and value.strip().lower() in _WORDS_FOR_NOTHING:
                told += ", in the environment as null"
            raise ValueError(told) from None

    return parse_unless_none


def _encoding(value: object) -> str:
    if isinstance(value, str):
        with suppress(LookupError, ValueError):
            return codecs.lookup(value).name
    raise ValueError('must be the name of an encoding, as "cp1251"')


_EXTENSION = re.compile(r"\.[^\s./\\]{1,20}")
_MEDIA_TYPE = re.compile(r"[\w!#$%&'*+.^`|~-]+/[\w!#$%&'*+.^`|~-]+( *; *[ -~]+)?", re.ASCII)


def _title_source(value: object) -> str:
    if value in ("names", "inside"):
        return str(value)
    raise ValueError('must be "names" or "inside"')


def _types(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError('must map extensions to media types, as {".mp3": "audio/mpeg"}')
    table = dict(VIDEO_TYPES)
    for suffix, media_type in value.items():
        if not isinstance(suffix, str) or not _EXTENSION.fullmatch(suffix):
            raise ValueError(f"has the key {suffix!r}, which is no extension such as '.mp3'")
        if media_type is None:
            table.pop(suffix.lower(), None)
        elif isinstance(media_type, str) and _MEDIA_TYPE.fullmatch(media_type):
            table[suffix.lower()] = media_type
        else:
            raise ValueError(f"gives {suffix} the value {media_type!r}, which is no media type")
    return table


def _texts(value: object) -> Mapping[str, Text]:
    if not isinstance(value, Mapping):
        raise ValueError('must map keys to texts, as {"search": "Suchen"}')
    return checked(value)


_NO_TEMPLATES = {"", ".", "..", "quart_video"}


def _template_folder(value: object) -> str:
    parts = value.split("/") if isinstance(value, str) and "\\" not in value else [""]
    if _NO_TEMPLATES.isdisjoint(parts):
        return "/".join(parts)
    raise ValueError(
        'must be the name of a folder in one with templates of the app, as "films", and not '
        '"quart_video"'
    )


AUTO_LANGUAGE = "auto"


def _language(value: object) -> str:
    if value not in (AUTO_LANGUAGE, *LANGUAGES):
        known = ", ".join(map(repr, LANGUAGES))
        raise ValueError(f"must be {AUTO_LANGUAGE!r}, or a language of the pages: {known}")
    return str(value)


_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/,;]+")


def _origins(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    if not isinstance(value, list | tuple | set | frozenset):
        raise ValueError('must be "*" or a list of origins such as "https://example.org"')
    for origin in value:
        if origin != "*" and not (isinstance(origin, str) and _ORIGIN.fullmatch(origin)):
            raise ValueError(f'has {origin!r}, which is no origin such as "https://example.org"')
    return tuple(sorted(set(value)))


_ANCESTOR = re.compile(
    r"[a-z][a-z0-9+.-]*://(\*\.)?[a-z0-9._\[\]:-]+(:\*)?", re.ASCII | re.IGNORECASE
)


def _ancestors(value: object) -> tuple[str, ...]:
    origins = _origins(value)
    for origin in origins:
        if origin != "*" and not _ANCESTOR.fullmatch(origin):
            raise ValueError(
                f'has {origin!r}, which is no origin such as "https://example.org" or '
                '"https://*.example.org"'
            )
    return origins


def _resource_policy(value: object) -> str:
    if value in ("same-origin", "same-site", "cross-origin"):
        return str(value)
    raise ValueError('must be "same-origin", "same-site" or "cross-origin"')


_INTERNAL = re.compile(r"x-accel-redirect:(/(?!\.\.?(/|$))[^/?#]+)+/?")
_INTERNAL_EXAMPLE = '"x-accel-redirect:/internal/videos"'


def _sendfile(value: object) -> str:
    if value is None or value == "":
        return "off"
    if value in ("off", "x-sendfile"):
        return str(value)
    if not isinstance(value, str) or not value.startswith("x-accel-redirect"):
        raise ValueError(f'must be "off", "x-sendfile" or, such as, {_INTERNAL_EXAMPLE}')
    if not _INTERNAL.fullmatch(value) or not value.isprintable():
        raise ValueError(
            f"must name an internal location of nginx, as {_INTERNAL_EXAMPLE}: it begins with a "
            'slash, and has no "..", "//", "?", "#" or control character in it'
        )
    return value


def _delivery(value: object) -> str:
    if value in ("proxy", "redirect"):
        return str(value)
    raise ValueError('must be "proxy" or "redirect"')


def _mp4_audio(value: object) -> str:
    if value in ("stereo", "surround", "off"):
        return str(value)
    raise ValueError('must be "stereo", "surround" or "off"')


_WEEK = 7 * 24 * 60 * 60
"""Seconds; no store signs an address for longer."""

REQUIRED = object()
"""In the place of a default: there is none, the setting has to be given."""


def _setting(
    key: str,
    default: Any,
    parse: Callable[[object], Any],
    doc: str,
    *,
    show: Callable[[object], str] | None = repr,
    group: str | None = None,
) -> Any:
    """Make a row of the table.

    :param show: writes a value that cannot be used for the message that refuses it; ``None``: it is
        never shown, wherever that may be.
    :param group: heading in the reference of this setting and of those that follow it.
    """
    facts = {"key": key, "default": default, "parse": parse, "doc": doc, "show": show}
    facts["group"] = group
    return field(repr=show is not None, metadata=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one mount, checked."""

    media_root: str | Location | Storage = _setting(  # noqa: RUF009 - it returns a field
        "MEDIA_ROOT",
        REQUIRED,
        _root,
        "Folder with the videos; the app does not start while it is missing or unreadable. Or the "
        'URL of a folder in an object store, as `"s3://bucket/folder"`: see '
        "[Object storage](../how_to_guides/object_storage.md).",
        show=_without_credentials,
        group="Library",
    )
    title: str = _setting("VIDEO_TITLE", "Videos", _text, "Heading of the gallery.")
    texts: Mapping[str, Text] = _setting(
        "VIDEO_TEXTS",
        {},
        _texts,
        "Texts of the pages to replace, by key: `{'search': 'Suchen'}`. "
        "See [Texts](../how_to_guides/templates.md#change-or-translate-the-texts).",
    )
    templates: str | None = _setting(
        "VIDEO_TEMPLATES",
        None,
        _optional(_template_folder),
        "Folder, in one with templates of the app, whose templates take the place of those of the "
        'library on this mount: with `"films"`, `templates/films/watch.html` does that for '
        "`quart_video/watch.html`. "
        "See [Templates](../how_to_guides/templates.md#templates-of-one-mount).",
    )
    language: str = _setting(
        "VIDEO_LANGUAGE",
        AUTO_LANGUAGE,
        _language,
        "Language of the pages: "
        + ", ".join(f'`"{each}"`' for each in LANGUAGES)
        + '; or `"auto"` '
        "for the one of these that the visitor's browser asks for first (`Accept-Language`). Where "
        "`VIDEO_TEXTS` has a `language`, that one goes first.",
    )
    types: Mapping[str, str] = _setting(
        "VIDEO_TYPES",
        {},
        _types,
        "Media types to add, by extension: `{'.mp3': 'audio/mpeg'}`. `None` as the type takes an "
        "extension out. Files of no known type are neither listed nor served.",
    )
    page_size: int = _setting(
        "VIDEO_PAGE_SIZE",
        50,
        _integer(1, MAX_PAGE_SIZE),
        f"Videos on one page of a listing, and folders, 1 to {MAX_PAGE_SIZE}, where the request "
        "names no limit.",
    )
    downloads: bool = _setting(
        "VIDEO_DOWNLOADS",
        True,  # noqa: FBT003 - a default, and not an argument
        _switch,
        "Whether the pages offer videos to be saved. `False` hides the links and refuses "
        "`?download=1` with a 403. It keeps nobody from saving what they can watch.",
    )
    max_age: int | None = _setting(
        "VIDEO_MAX_AGE",
        None,
        _optional(_integer(0, 31_536_000)),
        "Seconds for which anyone, shared caches included, may keep a file without asking again; "
        "on a mount that is protected, only the browser that asked. Addresses in pages, JSON and "
        "playlists name the version of the file then, and no other ones may be kept. "
        "`None`: it may be kept, but every use asks first (`no-cache`), so that a login is obeyed.",
        group="Caching",
    )
    signed_urls: bool = _setting(
        "VIDEO_SIGNED_URLS",
        False,  # noqa: FBT003 - a default, and not an argument
        _switch,
        "Whether pages, JSON and playlists hand out [signed URLs](../how_to_guides/sign.md) "
        "that expire. Without an `authorize` function, no other ones lead to a video any more.",
        group="Signed URLs",
    )
    signed_url_lifetime: int = _setting(
        "VIDEO_SIGNED_URL_LIFETIME",
        21_600,
        _integer(1, 31_536_000),
        "Seconds for which a signed URL is valid: longer than anybody watches. Those on pages "
        "may be valid for an eighth more, so that browsers see the same one again.",
    )
    signing_keys: tuple[str, ...] = _setting(
        "VIDEO_SIGNING_KEYS",
        (),
        _keys,
        "Secrets to sign addresses with, each a text of 16 characters or more. The first one "
        "signs, all are accepted: put a new one in front to exchange them. Empty: the app's "
        "`SECRET_KEY`, and `SECRET_KEY_FALLBACKS`. Never logged or shown.",
        show=None,
    )
    stall_timeout: float | None = _setting(
        "VIDEO_STALL_TIMEOUT",
        1800.0,
        _optional(_seconds),
        "Seconds without one byte taken by the client after which a transfer is given up. A paused "
        "player takes nothing, so be generous. `None`: never.",
        group="Transfers and rate limits",
    )
    open_range_limit: int | None = _setting(
        "VIDEO_OPEN_RANGE_LIMIT",
        8 * 1024 * 1024,
        _optional(_integer(MIN_OPEN_RANGE, 2**40)),
        "Bytes that an open-ended range (`bytes=N-`) is answered with at most, over HTTP/2 and "
        "HTTP/3 on a server that takes all at once, as Hypercorn does. Players ask on. `None`: all "
        "there are. See [HTTP/2](servers.md#http-2).",
    )
    max_transfers: int | None = _setting(
        "VIDEO_MAX_TRANSFERS",
        None,
        _optional(_integer(1, 1_000_000)),
        "Videos that each worker sends at once, at most. More are turned away with a 503. `None`: "
        "any number. See [limits](../how_to_guides/limits.md).",
    )
    max_transfers_per_client: int | None = _setting(
        "VIDEO_MAX_TRANSFERS_PER_CLIENT",
        None,
        _optional(_integer(1, 1_000_000)),
        "Videos that each worker sends to one address at once, at most. More are turned away with "
        "a 429.",
    )
    transfer_rate: int | None = _setting(
        "VIDEO_TRANSFER_RATE",
        None,
        _optional(_integer(MIN_RATE, 2**40)),
        "Bytes per second that each transfer is held to. `None`: as fast as it goes.",
    )
    read_threads: int = _setting(
        "VIDEO_READ_THREADS",
        8,
        _integer(1, 256),
        "Threads for file access that may have to wait for the disk.",
    )
    cache: str | None = _setting(
        "VIDEO_CACHE",
        None,
        _optional(_path),
        "Folder for the index of the videos, which is made if it is missing. All of it may be "
        "deleted at any time: it is made anew. It may be in `MEDIA_ROOT`, where it is neither "
        "listed nor served, but not the other way round. `None`: `quart-video` in the app's "
        "instance folder.",
        group="Index and cache on disk",
    )
    cache_size: int = _setting(
        "VIDEO_CACHE_SIZE",
        10 * 1000**3,
        _integer(1_000_000, 10**15),
        "Bytes of the disk that posters, storyboards and the like may take in `VIDEO_CACHE`, where "
        "a small file takes a whole block. What has not been used for longest goes first. The "
        "index does not count: it takes some 300 bytes for each video.",
    )
    media_processes: int | None = _setting(
        "VIDEO_MEDIA_PROCESSES",
        None,
        _optional(_integer(0, 64)),
        "Processes that look into videos at once, with the extra `media`, over all workers of a "
        "machine. `None`: half as many as there are processors. 0: none, as without the extra.",
        group="Metadata, posters and captions",
    )
    mp4: bool = _setting(
        "VIDEO_MP4",
        True,  # noqa: FBT003 - a default, and not an argument
        _switch,
        "Whether videos that not all browsers play are offered [as an MP4, "
        "too](../how_to_guides/mp4.md), with the extra `media`.",
    )
    mp4_audio: str = _setting(
        "VIDEO_MP4_AUDIO",
        "stereo",
        _mp4_audio,
        "What sound is made for that MP4 which browsers cannot decode: AAC with two channels "
        '(`"stereo"`) or with up to six (`"surround"`). `"off"`: it stays as it is.',
    )
    mp4_store: bool = _setting(
        "VIDEO_MP4_STORE",
        False,  # noqa: FBT003 - a default, and not an argument
        _switch,
        "Whether that MP4 is offered of videos in an object store, too. Each is read once from "
        "beginning to end for it.",
    )
    survey: bool = _setting(
        "VIDEO_SURVEY",
        True,  # noqa: FBT003 - a default, and not an argument
        _switch,
        "Whether all videos are looked into one after the other when nothing else is to be done, "
        "so that listings show, sort and filter by how long they last.",
    )
    titles: str = _setting(
        "VIDEO_TITLES",
        "names",
        _title_source,
        'What videos are called on pages, in JSON and playlists: `"names"`, which is what their '
        'file names say, or `"inside"`, which is the title inside the file where there is one. A '
        "search looks at both in any case.",
    )
    caption_encoding: str | None = _setting(
        "VIDEO_CAPTION_ENCODING",
        None,
        _optional(_encoding),
        "Encoding of caption files that are not UTF-8 and do not tell, as `cp1251`. `None`: it is "
        "guessed.",
    )
    cors_origins: tuple[str, ...] = _setting(
        "VIDEO_CORS_ORIGINS",
        (),
        _origins,
        'Origins whose pages may read the media: `"*"`, or a list such as '
        '`["https://example.org"]`.',
        group="CORS",
    )
    cors_credentials: bool = _setting(
        "VIDEO_CORS_CREDENTIALS",
        False,  # noqa: FBT003 - a default, and not an argument
        _switch,
        "Whether those pages may send cookies along, for a library with a login. Not together with "
        '`"*"`: the app does not start.',
    )
    cross_origin_resource_policy: str | None = _setting(
        "VIDEO_CROSS_ORIGIN_RESOURCE_POLICY",
        None,
        _optional(_resource_policy),
        "Sent as `Cross-Origin-Resource-Policy` with every media: `same-origin`, `same-site` or "
        "`cross-origin`.",
    )
    embed_origins: tuple[str, ...] = _setting(
        "VIDEO_EMBED_ORIGINS",
        (),
        _ancestors,
        "Origins whose pages may show [the player in a frame](../how_to_guides/embed.md), beside "
        'those of this site itself: `"*"`, or a list such as `["https://example.org", '
        '"https://*.example.net"]`.',
    )
    sitemap: bool = _setting(
        "VIDEO_SITEMAP",
        False,  # noqa: FBT003 - a default, and not an argument
        _switch,
        "Whether there is a [sitemap](../how_to_guides/link_previews.md#a-sitemap) for search "
        "engines. Of a mount that is protected there is none.",
    )
    store_options: Mapping[str, str] = _setting(
        "VIDEO_STORE_OPTIONS",
        {},
        _store_options,
        "What an object store has to be told, such as `endpoint`, `region`, `access_key_id` and "
        "`secret_access_key`. What is not in it comes from where programs for this store look for "
        "it. Never logged or shown.",
        show=None,
        group="Object storage",
    )
    store_connections: int = _setting(
        "VIDEO_STORE_CONNECTIONS",
        200,
        _integer(1, 10_000),
        "Videos that are received from an object store at once. A viewer who has paused takes none "
        "of these; who comes when all are taken waits, and in the end is told to come again.",
    )
    store_timeout: float = _setting(
        "VIDEO_STORE_TIMEOUT",
        10.0,
        _seconds,
        "Seconds that an object store may take for an answer, and for the next bytes of a video.",
    )
    store_refresh: float = _setting(
        "VIDEO_STORE_REFRESH",
        60.0,
        _seconds,
        "Seconds after which it is looked again what an object store has: in a folder when that is "
        "asked for, in all of it in the background. What is new shows up within this time.",
    )
    store_delivery: str = _setting(
        "VIDEO_STORE_DELIVERY",
        "proxy",
        _delivery,
        "Who sends what is in an object store: `proxy`, we do; `redirect`, the store does, and "
        "clients are [sent on](../how_to_guides/object_storage.md#let-the-store-send-them) to it "
        "with an address that works for some time.",
    )
    store_expiry: int = _setting(
        "VIDEO_STORE_EXPIRY",
        12 * 60 * 60,
        _integer(60, _WEEK),
        "Seconds for which such an address works, 60 to a week. Longer than anyone watches.",
    )
    sendfile: str = _setting(
        "VIDEO_SENDFILE",
        "off",
        _sendfile,
        "Who sends the media: `off`, we do; `x-accel-redirect:/internal/videos`, nginx does, from "
        "its internal location of that name; `x-sendfile`, lighttpd does. Either has to be "
        "[set up](../how_to_guides/front_server.md) for it.",
        group="X-Sendfile and X-Accel-Redirect",
    )

    def __post_init__(self) -> None:
        """Refuse what each of two settings would allow by itself.

        :raises ConfigurationError: they do not go together.
        """
        if self.cors_credentials and "*" in self.cors_origins:
            raise ConfigurationError(
                "VIDEO_CORS_CREDENTIALS would let the pages of every origin act for whoever looks "
                'at them. Name the origins in VIDEO_CORS_ORIGINS, instead of "*".'
            )


def table() -> tuple[Field[Any], ...]:
    """Return the fields of :class:`Settings`; ``metadata`` has ``key``, ``default``, ``doc``."""
    return fields(Settings)


def groups() -> dict[str, list[Field[Any]]]:
    """Return the rows of the table by the headings of the reference, in its order."""
    found: dict[str, list[Field[Any]]] = {}
    heading = ""
    for row in table():
        heading = row.metadata["group"] or heading
        found.setdefault(heading, []).append(row)
    return found


def names() -> frozenset[str]:
    """Return the names that are valid as arguments and as options of ``register_blueprint``."""
    return frozenset(row.name for row in table())


def resolve(
    arguments: Mapping[str, object], options: Mapping[str, object], config: Mapping[str, object]
) -> Settings:
    """Look every setting up and check it.

    :param arguments: given to ``VideoBlueprint``, by name.
    :param options: given to ``register_blueprint``, by name; others are passed over.
    :param config: the app's configuration, by key.
    :raises ConfigurationError: a value is missing or unusable.
    """
    return Settings(**{row.name: _look_up(row, arguments, options, config) for row in table()})


def configured(name: str, config: Mapping[str, object]) -> Any:
    """Look one setting up where there is no mount, for a file of the app's own.

    :raises ConfigurationError: the value is missing or unusable.
    """
    (row,) = (row for row in table() if row.name == name)
    return _look_up(row, {}, {}, config)


def _look_up(
    row: Field[Any],
    arguments: Mapping[str, object],
    options: Mapping[str, object],
    config: Mapping[str, object],
) -> Any:
    key, default = row.metadata["key"], row.metadata["default"]
    if row.name in arguments:
        value, origin = arguments[row.name], f"The argument {row.name} of VideoBlueprint"
    elif row.name in options:
        value, origin = options[row.name], f"The option {row.name} of register_blueprint"
    elif key in config:
        value, origin = config[key], f'app.config["{key}"]'
    else:
        value, origin = default, "The default"
    named = origin if key in origin else f"{origin} ({key})"
    if value is REQUIRED or (value is None and default is REQUIRED):
        raise MissingSettingError(
            f'{key} is not set. Set app.config["{key}"] to the folder with your videos, '
            f"or give {row.name}= to VideoBlueprint or register_blueprint."
        )
    try:
        return row.metadata["parse"](value)
    except ValueError as error:
        show = row.metadata["show"]
        given = f"; it is {show(value)}" if show else ""
        raise ConfigurationError(f"{named} {error}{given}.") from None
