"""What a child process does: one task, with one file."""

from __future__ import annotations

import av
from PIL import JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from quart_video.media import pictures
from quart_video.media.details import encode_details
from quart_video.media.opening import Source
from quart_video.media.probe import describe
from quart_video.media.tasks import Failed, Task
from quart_video.media.tracks import TEXT_CODECS

_PLUGINS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)  # loaded once, before the forks

av.logging.set_level(None)


def prepare(task: Task) -> None:
    """Load, before the fork, what only some tasks need."""
    if task.kind in ("texts", "caption"):
        import quart_video.media.texts  # noqa: F401, PLC0415


def perform(task: Task, descriptor: int, lent: int | None) -> dict[str, bytes]:
    """Do *task* with the file of *descriptor*.

    :param lent: the size of the file, where its bytes come through a socket.
    :raises Failed: it cannot be done with this file; so does any other exception say.
    """
    source = Source(descriptor, lent)
    options = task.options
    if task.kind == "picture":
        return pictures.picture(source, options["form"])
    if task.kind == "caption":
        from quart_video.media import texts  # noqa: PLC0415

        with source.file() as file:
            data = file.read(texts.MOST_BYTES + 1)
        if len(data) > texts.MOST_BYTES:
            raise Failed("it is too long for captions")
        text = texts.caption(data, options["extension"], options.get("encoding"))
        return {"-".join(["caption", *options.values()]): text.encode()}
    if task.kind == "poster":
        return pictures.poster(source, options["form"])
    if task.kind == "storyboard":
        return pictures.storyboard(source)
    if task.kind == "texts":
        from quart_video.media import texts  # noqa: PLC0415

        return texts.tracks(source.open(), TEXT_CODECS)
    return {"details": encode_details(describe(source.open(), source))}
