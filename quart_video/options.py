"""What ``VideoBlueprint(...)`` may be given by name, for type checkers and editors.

What each setting means, its default, and what is made of it stand in :mod:`quart_video.settings`: a
test holds both against each other. Here are the types that an app gives.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, TypedDict

from quart_video.messages import Text
from quart_video.storage.base import Storage
from quart_video.storage.object_store.url import Location


class SettingOptions(TypedDict, total=False):
    """The settings of a mount, by the names of their arguments."""

    media_root: str | os.PathLike[str] | Location | Storage
    title: str
    texts: Mapping[str, Text]
    templates: str | None
    language: Literal["auto", "ar", "de", "en", "es", "fr", "ja"]
    types: Mapping[str, str | None]
    page_size: int
    downloads: bool
    max_age: int | None
    signed_urls: bool
    signed_url_lifetime: int
    signing_keys: str | Sequence[str]
    stall_timeout: float | None
    open_range_limit: int | None
    max_transfers: int | None
    max_transfers_per_client: int | None
    transfer_rate: int | None
    read_threads: int
    cache: str | os.PathLike[str] | None
    cache_size: int
    media_processes: int | None
    mp4: bool
    mp4_audio: Literal["stereo", "surround", "off"]
    mp4_store: bool
    survey: bool
    titles: Literal["names", "inside"]
    caption_encoding: str | None
    cors_origins: str | Collection[str]
    cors_credentials: bool
    cross_origin_resource_policy: Literal["same-origin", "same-site", "cross-origin"] | None
    embed_origins: str | Collection[str]
    sitemap: bool
    store_options: Mapping[str, str | float]
    store_connections: int
    store_timeout: float
    store_refresh: float
    store_delivery: Literal["proxy", "redirect"]
    store_expiry: int
    sendfile: str | None


class Options(SettingOptions, total=False):
    """Those, and what every blueprint of Quart takes."""

    static_folder: str | os.PathLike[str] | None
    static_url_path: str | None
    template_folder: str | os.PathLike[str] | None
    subdomain: str | None
    url_defaults: dict[str, Any] | None
    root_path: str | None
    cli_group: str | None
