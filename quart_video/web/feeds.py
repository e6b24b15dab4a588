"""Videos as programs elsewhere get them, in playlists and feeds: by their full URLs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from quart_video.access.signed_urls import full_url
from quart_video.catalogue import Item
from quart_video.library import media_info
from quart_video.library.library import Library
from quart_video.library.routes import mount_url
from quart_video.media import WIDTHS
from quart_video.web.rss import Episode
from quart_video.web.serializers import title_of_item
from quart_video.web.tracks import Track
from quart_video.web.urls import MountURLs

_SECOND = 1_000_000_000  # nanoseconds


def origin(library: Library) -> str:
    """Return what makes a full URL of a path on this server, as ``https://films.example``.

    It is empty where the client asks by a name that is none.
    """
    path = mount_url(library.mount, "gallery")
    return full_url(mount_url(library.mount, "gallery", external=True)).removesuffix(path)


def tracks(items: Iterable[Item], library: Library, *, images: bool = False) -> Iterator[Track]:
    """Describe videos for a playlist.

    :param images: whether it shows pictures.
    """
    server, urls = origin(library), MountURLs(library)
    for item in items:
        path, facts = item.entry.path, item.entry.facts
        assert facts is not None
        yield Track(
            url=server + urls.media(path, facts.version),
            title=title_of_item(item, library),
            page=server + urls.watch(path),
            duration=item.duration,
            image=_image(item, library, urls, server) if images else None,
        )


def episodes(items: Iterable[Item], library: Library) -> Iterator[Episode]:
    """Describe videos for a feed."""
    server, urls = origin(library), MountURLs(library)
    for item in items:
        entry = item.entry
        assert entry.facts is not None
        yield Episode(
            title=title_of_item(item, library),
            page=server + urls.watch(entry.path),
            key=_key(library, entry.path),
            folder=entry.folder,
            modified=entry.facts.modified_ns // _SECOND,
            url=server + urls.media(entry.path, entry.facts.version),
            size=entry.facts.size,
            media_type=library.media_type(entry.name) or "",
            duration=item.duration,
            image=_image(item, library, urls, server),
            image_width=WIDTHS[-1],
        )


def _key(library: Library, path: str) -> str:
    """Return what a feed knows a video by, under each name of the server, signed or not.

    A file that gets another name is another one: nothing that all storages have tells otherwise.
    """
    return blake2b(f"{library.place}/{path}".encode(), digest_size=16).hexdigest()


def _image(item: Item, library: Library, urls: MountURLs, server: str) -> str | None:
    """Return the full URL of the largest poster; ``None``: there are none here."""
    if not urls.has_posters:
        return None
    source = media_info.poster_source(library, item)
    return server + urls.posters(item.entry.path, source.tag)[-1]
