"""What FFmpeg says, in words."""

from __future__ import annotations

import pytest

from quart_video.library.problem_words import problem_in_words

DAMAGED = "it is damaged, or no video"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            "InvalidDataError: [Errno 1094995529] Invalid data found when processing input: 'fd:'",
            DAMAGED,
        ),
        ("av.error.InvalidDataError: [Errno 1] x", DAMAGED),
        ("EOFError: [Errno 541478725] End of file: 'fd:'", "it ends too early"),
        ("OSError: [Errno 5] Input/output error: 'fd:'", "Input/output error"),
        ("ValueError: a name: with colons", "a name: with colons"),
        ("KeyError: ", "KeyError in the decoder"),
        ("it took too much processor time", "it took too much processor time"),
        ("the decoder died of signal 11", "the decoder died of signal 11"),
        ("", ""),
    ],
)
def test_words(reason: str, words: str) -> None:
    assert problem_in_words(reason) == words
