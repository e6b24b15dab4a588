"""The sound tracks of one video: what people call them, and which one a request asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from quart import request
from werkzeug.exceptions import NotFound

from quart_video.catalogue import Marks, normalise_tag
from quart_video.media import AudioTrack
from quart_video.web.codec_names import codec_title

_MOST_DIGITS = 3


def sound_labels(tracks: Sequence[AudioTrack]) -> list[str]:
    """Return what people call the sound tracks of a video, each by another name.

    That is the language, in itself, and what the title says beside it; where it is the same for
    several, it is followed by the codec, and where that is the same, too, by a number.
    """
    labels = [_label(track) for track in tracks]
    for more in (
        [codec_title(track.codec) for track in tracks],
        [str(number) for number, _ in enumerate(tracks, 1)],
    ):
        count = Counter(labels)
        labels = [
            f"{label} · {each}" if count[label] > 1 else label
            for label, each in zip(labels, more, strict=True)
        ]
    return labels


def _label(track: AudioTrack) -> str:
    language = normalise_tag(track.language) if track.language else None
    if language is None and not track.title:
        return codec_title(track.codec)
    return Marks(language, title=track.title).label


def sound_number(*, lenient: bool = False) -> int | None:
    """Return the number of the sound track that the request asks for; ``None``: it names none.

    :param lenient: whether what is no number names none.
    :raises werkzeug.exceptions.NotFound: it is no number.
    """
    value = request.args.get("audio", "")
    if value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS:
        return int(value)
    if value and not lenient:
        raise NotFound("There is no such sound track: audio has to be its number, from 0.")
    return None
