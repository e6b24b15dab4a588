#!/usr/bin/env bash
# The decoder of CEA-608 captions in libavcodec 62 (PyAV 18.1.0) takes CC1 and CC2 for one channel.
#
# Both are sent in field 1 of line 21; a bit of each control code says whose it is. Where a film has
# English in CC1 and Spanish in CC2, what comes out is both in turn: each text takes the other's place on the screen.
#
# Seen, with an SCC file of one pop-on caption in each channel, where CC1's is to stay from 1 to 5 s and CC2's from 3 to 6 s:
#   1.0 to 3.0 s  in CC one
#   3.0 to 5.0 s  in CC two
#
# It fails when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check av==18.1.0
cat >try.py <<'PYTHON'
import av


def pair(first, second):
    """Two bytes, each with the parity bit that makes its number of ones odd."""
    return "".join(f"{byte | (0x80 if byte.bit_count() % 2 == 0 else 0):02x}" for byte in (first, second))


def control(channel, code):
    return [pair(0x14 | (8 if channel == 2 else 0), code)] * 2  # sent twice, as all control codes are


def caption(channel, text):
    letters = [pair(ord(a), ord(b)) for a, b in zip(text[::2], text[1::2])]
    resume_loading, erase, row_15, end_of_caption = 0x20, 0x2E, 0x70, 0x2F
    before = [code for each in (resume_loading, erase, row_15) for code in control(channel, each)]
    return before + letters + control(channel, end_of_caption)


ERASE_DISPLAYED = 0x2C
lines = [
    ("00:00:01:00", caption(1, "in CC one ")),
    ("00:00:03:00", caption(2, "in CC two ")),
    ("00:00:05:00", control(1, ERASE_DISPLAYED)),
    ("00:00:06:00", control(2, ERASE_DISPLAYED)),
]
with open("two.scc", "w") as scc:
    scc.write("Scenarist_SCC V1.0\n\n")
    for time, codes in lines:
        scc.write(f"{time}\t{' '.join(codes)}\n\n")

seen = []
with av.open("two.scc") as container:
    (stream,) = container.streams.subtitles
    for packet in container.demux(stream):
        shown = stream.codec_context.decode2(packet)
        if shown is not None:
            start = shown.pts / 1_000_000
            end = start + shown.end_display_time / 1000
            seen += [(start, end, each.ass.decode().rpartition("}")[2].strip()) for each in shown]
for row in seen:
    print("{} to {} s  {}".format(*row))
assert av.library_versions["libavcodec"][0] == 62
assert seen == [(1.0, 3.0, "in CC one"), (3.0, 5.0, "in CC two")], seen
PYTHON
venv/bin/python try.py
