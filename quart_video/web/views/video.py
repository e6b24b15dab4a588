"""The views of one video: the page that plays it, and its JSON."""

from __future__ import annotations

from quart.typing import ResponseReturnValue
from quart_schema import document_response

from quart_video.access.guard import current_access
from quart_video.models import FullVideo, as_json
from quart_video.policy.frame_ancestors import player_policy
from quart_video.web import pages, serializers
from quart_video.web.descriptions import description_of, full_video
from quart_video.web.openapi import answers, links_of_video
from quart_video.web.page_response import in_language, page_response
from quart_video.web.request_limits import accepted_languages
from quart_video.web.sound_tracks import sound_number


@answers("text/html", "The page.")
async def watch(path: str) -> ResponseReturnValue:
    """Page that plays a video, with the sound track ``audio``, from 0."""
    access = await current_access()
    item = await access.item(path)
    video = await description_of(access, item, accepted_languages(), sound_number(lenient=True))
    beside = await access.neighbours(path)
    serializer = serializers.ListingSerializer(access.library)
    neighbours = {
        rel: serializer.video(each)
        for rel, each in {"prev": beside.previous, "next": beside.next}.items()
        if each
    }
    page = await pages.watch(
        video, neighbours, access.library, has_own_poster=item.poster is not None
    )
    return in_language(await page_response(access, page))


@answers("text/html", "The player.")
async def embed(path: str) -> ResponseReturnValue:
    """Player alone, for a frame in another page, with the sound track ``audio``, from 0."""
    access = await current_access()
    video = await full_video(access, path, accepted_languages(), sound_number(lenient=True))
    page = await pages.embed(video, access.library)
    response = await page_response(access, page)
    response.headers["Content-Security-Policy"] = player_policy(
        access.library.settings.embed_origins, redirects=access.library.signer is not None
    )
    return in_language(response)


@document_response(FullVideo)
@answers("application/json", "The video.", links=links_of_video("/path")[1:])
async def api_video(path: str) -> ResponseReturnValue:
    """Describe one video, and what is inside it, with the sound track ``audio``, from 0."""
    access = await current_access()
    video = await full_video(access, path, accepted_languages(), sound_number())
    return in_language(await page_response(access, as_json(video)))
