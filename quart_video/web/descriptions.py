"""What there is, as models: listings and videos, for views and for code of the app alike."""

from __future__ import annotations

from collections.abc import Sequence

from quart_video import catalogue
from quart_video.access.guard import LibraryAccess
from quart_video.library import media_info
from quart_video.library.mp4 import mp4_state
from quart_video.models import FullVideo, ListingQuery
from quart_video.web import serializers
from quart_video.web.captions import Captions


def listed(access: LibraryAccess, query: ListingQuery) -> catalogue.Query:
    """Say in the terms of the catalogue what a query asks for."""
    return catalogue.Query(
        folder=query.folder,
        q=query.q,
        recursive=query.reaches_below if query.recursive is None else query.recursive,
        type=query.type,
        min_duration=query.min_duration,
        max_duration=query.max_duration,
        sort=query.sort,
        limit=query.limit or access.library.settings.page_size,
        cursor=query.cursor,
    )


async def full_video(
    access: LibraryAccess, path: str, languages: Sequence[str] = (), audio: int | None = None
) -> FullVideo:
    """Describe one video, and what is inside it.

    :param languages: that who asks speaks, the best first.
    :param audio: number of the sound track that its MP4 is to have; ``None``: the one that plays by
        itself. So it is where there is no such track.
    :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
    """
    return await description_of(access, await access.item(path), languages, audio)


async def description_of(
    access: LibraryAccess,
    item: catalogue.Item,
    languages: Sequence[str] = (),
    audio: int | None = None,
) -> FullVideo:
    """Describe one video that may be had, and what is inside it.

    :param languages: that who asks speaks, the best first.
    :param audio: as :func:`full_video` takes it.
    """
    library = access.library
    details = await media_info.details_of(library, item)
    files = (
        *media_info.captions_shown(library, item),
        *await media_info.captions_elsewhere(library, item),
    )
    shown, unshown = await media_info.sort_captions(library, files)
    tracks = await media_info.unshown_tracks(library, item, details)
    captions = Captions(shown, unshown, tracks)
    problem = await media_info.problem_of(library, item, details)
    mp4 = await mp4_state(library, item, details, audio) if problem is None else None
    return serializers.full_video(
        item,
        details,
        captions,
        languages,
        library,
        mp4=mp4,
        problem=problem,
        grant=access.grant,
    )
