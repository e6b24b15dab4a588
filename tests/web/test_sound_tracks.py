"""What people call sound tracks."""

from __future__ import annotations

import pytest

from quart_video.media import AudioTrack
from quart_video.web.sound_tracks import sound_labels


def track(language: str | None, title: str | None = None, codec: str = "aac") -> AudioTrack:
    return AudioTrack(codec, language, title, 2, 48_000, default=False)


@pytest.mark.parametrize(
    ("tracks", "labels"),
    [
        ([track("eng"), track("ger")], ["English", "Deutsch"]),
        ([track("eng"), track("eng", "Commentary")], ["English", "English: Commentary"]),
        ([track(None, "One"), track(None)], ["One", "AAC"]),
        (
            [track("eng"), track("eng", codec="ac3")],
            ["English · AAC", "English · AC-3 (Dolby Digital)"],
        ),
        ([track("eng"), track("eng")], ["English · AAC · 1", "English · AAC · 2"]),
        ([track("no language"), track("x" * 90)], ["AAC · AAC · 1", "AAC · AAC · 2"]),
        ([track(None, "<b>"), track("eng")], ["<b>", "English"]),
        ([], []),
    ],
)
def test_each_has_a_name_of_its_own(tracks: list[AudioTrack], labels: list[str]) -> None:
    assert sound_labels(tracks) == labels
    assert len(set(labels)) == len(labels)
