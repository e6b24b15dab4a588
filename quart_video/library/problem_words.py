"""Why nothing could be made of a file, in words for who has the file. Pure.

What FFmpeg says is for who knows FFmpeg. What is not known here is told as it is.
"""

from __future__ import annotations

import re

_WORDS = {
    "InvalidDataError": "it is damaged, or no video",
    "EOFError": "it ends too early",
    "PatchWelcomeError": "it is of a kind that FFmpeg does not support yet",
    "DecoderNotFoundError": "there is no decoder for it",
    "DemuxerNotFoundError": "it is damaged, or no video",
    "NotImplementedError": "it is of a kind that FFmpeg does not support yet",
}
"""By the exception that a child process met."""

_RAISED = re.compile(
    r"(?:\w+\.)*(?P<name>[A-Z]\w*(?:Error|Exception)): "
    r"(?:\[Errno -?\d+\] )?(?P<text>.*?)(?:: '(?:fd:|<none>)?')?",
    re.DOTALL,
)


def problem_in_words(reason: str) -> str:
    """Say what ``Failed`` says."""
    raised = _RAISED.fullmatch(reason)
    if raised is None:
        return reason
    words = _WORDS.get(raised["name"])
    return words or raised["text"] or f"{raised['name']} in the decoder"
