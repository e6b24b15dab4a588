"""What a child process does: one task, with one file."""

from __future__ import annotations

import av
import av.subtitles.codeccontext
import av.subtitles.stream
from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from quart_video.media.details import encode_details
from quart_video.media.extract import images
from quart_video.media.extract.probe import describe, find_texts
from quart_video.media.extract.source import SourceFile
from quart_video.media.workers.protocol import Task, caption_name
from quart_video.remux.sound import Mode

# Loaded once, before the forks. PyAV and Pillow would load the rest when a file is first opened,
# and a picture first written: in each child anew.
_PLUGINS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
_SUBTITLES = (av.subtitles.codeccontext, av.subtitles.stream)
Image.preinit()

av.logging.set_level(None)


def prepare(task: Task) -> None:
    """Load, before the fork, what only some tasks need."""
    if task.kind == "texts":
        import quart_video.media.extract.subtitles  # noqa: PLC0415
    elif task.kind == "closed":
        import quart_video.media.extract.closed_captions  # noqa: PLC0415
    elif task.kind == "caption":
        import quart_video.media.subtitles.convert  # noqa: PLC0415
    elif task.kind in ("film", "movie"):
        import quart_video.media.extract.film_index  # noqa: PLC0415
    elif task.kind == "sound":
        import quart_video.media.extract.sound  # noqa: F401, PLC0415


def perform(task: Task, descriptor: int, remote_size: int | None) -> dict[str, bytes]:
    """Do *task* with the file of *descriptor*.

    :param lent: the size of the file, where its bytes come through a socket.
    :raises Failed: it cannot be done with this file; so does any other exception say.
    """
    source = SourceFile(descriptor, remote_size)
    options = task.options
    if task.kind == "picture":
        return images.picture(source, options["form"])
    if task.kind == "caption":
        from quart_video.media.subtitles import convert  # noqa: PLC0415

        with source.file() as file:
            data = file.read(convert.MOST_BYTES + 1)
        text = convert.convert(
            data, encoding=options["encoding"] or None, language=options["language"] or None
        )
        return {caption_name(options): text.encode()}
    if task.kind == "poster":
        return images.poster(source, options["form"])
    if task.kind == "storyboard":
        return images.storyboard(source)
    if task.kind == "texts":
        from quart_video.media.extract import subtitles  # noqa: PLC0415

        container = source.open()
        return subtitles.tracks(container, find_texts(container, source))
    if task.kind == "closed":
        from quart_video.media.extract import closed_captions  # noqa: PLC0415

        return closed_captions.first_channel(source.open())
    if task.kind in ("film", "movie"):
        from quart_video.media.extract import film_index  # noqa: PLC0415

        if task.kind == "film":
            return film_index.film_index(source)
        number, name = int(options["sound"]), options["name"]
        return film_index.movie_index(source, number, name, task.payload)
    if task.kind == "sound":
        from quart_video.media.extract import sound  # noqa: PLC0415

        mode: Mode = "surround" if options["mode"] == "surround" else "stereo"
        return sound.sound_part(source, task.payload, mode, options["name"])
    return {"details": encode_details(describe(source.open(), source))}
