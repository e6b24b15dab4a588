"""The frames of a Matroska film by its blocks, of which FFmpeg reads a sample. In a child process.

Where frames lie is told by the blocks themselves, and they are what a demuxer returns, unless it
alters them or reads a file otherwise. So what it returns of some clusters has to be the same.
"""

from __future__ import annotations

import io
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, chain
from operator import itemgetter

import av
from av.packet import Packet
from av.stream import Stream

from quart_video.media.extract.blocks import BlockTrack, UnusualError, read_blocks
from quart_video.media.extract.source import SourceFile

_FIRST, _LAST, _BETWEEN = 2, 1, 2
"""Clusters of the sample."""
_LEAST = 512 * 1024
"""Bytes that it has of the beginning and of the end: some clusters are short."""
_LONGEST = 24 * 1024 * 1024
"""Bytes that it has at most."""
_OFF = 3
"""Milliseconds by which FFmpeg may be off in a lace."""


def frames_by_blocks(source: SourceFile, wanted: Sequence[int], most: int) -> list[BlockTrack]:
    """Return where the frames of streams are.

    :param wanted: indexes of the streams, as FFmpeg counts them.
    :param most: frames there may be.
    :returns: one for each stream.
    :raises UnusualError: a demuxer has to read the file.
    """
    read = source.scattered()
    blocks = read_blocks(lambda at, count: read(count, at), source.size(), most)
    sample = _sample(blocks.clusters)
    film = blocks.head + b"".join(read(len(each), each.start) for each in sample)
    packets = _packets(film, wanted)
    left = [track for track in blocks.tracks if len(track.sizes)]
    found = []
    for index in wanted:
        track = _track_of(packets[index], left, sample, len(blocks.head))
        left.remove(track)
        _compare(packets[index], track, sample, read)
        found.append(track)
    return found


def _sample(clusters: list[range]) -> list[range]:
    """Return the first clusters, the last ones, and some between them that differ by film."""
    count = len(clusters)
    first, last = _enough(clusters, _FIRST), count - _enough(clusters[::-1], _LAST)
    numbers = {*range(first), *range(max(last, 0), count)}
    draw = random.Random(clusters[-1].stop if clusters else 0)  # noqa: S311 - the same each time
    numbers |= {draw.randrange(first, last) for _ in range(_BETWEEN) if first < last}
    sample = [clusters[number] for number in sorted(numbers)]
    if sum(map(len, sample)) > _LONGEST:
        raise UnusualError("clusters that are too long")
    return sample


def _enough(clusters: list[range], least: int) -> int:
    size = 0
    for count, each in enumerate(clusters):
        if count >= least and size >= _LEAST:
            return count
        size += len(each)
    return len(clusters)


def _packets(film: bytes, wanted: Sequence[int]) -> dict[int, list[Packet[Stream]]]:
    found: dict[int, list[Packet[Stream]]] = {index: [] for index in wanted}
    try:
        with av.open(io.BytesIO(film), "r", "matroska", metadata_errors="replace") as container:
            for packet in container.demux([container.streams[index] for index in wanted]):
                if packet.size:
                    found[packet.stream_index].append(packet)
    except (av.FFmpegError, IndexError) as error:
        raise UnusualError("a sample that cannot be read") from error
    return found


def _track_of(
    packets: list[Packet[Stream]], tracks: list[BlockTrack], sample: list[range], start: int
) -> BlockTrack:
    """Return the track whose first frame in a sample is the first of *packets*.

    :param start: where the first cluster begins in what was demuxed.
    """
    position = packets[0].pos if packets else None
    if position is None:
        raise UnusualError("a track of which there is nothing in the sample")
    starts = list(accumulate(map(len, sample), initial=start))
    number = max(bisect_right(starts, position) - 1, 0)
    if number >= len(sample):
        raise UnusualError("a packet that is nowhere")
    position += sample[number].start - starts[number]
    # What is told is where the block's content begins, and frames of others lie elsewhere.
    places = [(bisect_left(each.offsets, position), each) for each in tracks]
    behind = [(each.offsets[at], each) for at, each in places if at < len(each.offsets)]
    if not behind:
        raise UnusualError("a packet that is nowhere")
    return min(behind, key=itemgetter(0))[1]


def _compare(
    packets: list[Packet[Stream]],
    track: BlockTrack,
    sample: list[range],
    read: Callable[[int, int], bytes],
) -> None:
    """See that *packets* are all frames that a track has in a sample, byte for byte."""
    offsets = track.offsets
    runs = (range(*(bisect_left(offsets, at) for at in (s.start, s.stop))) for s in sample)
    numbers = list(chain.from_iterable(runs))
    if len(numbers) != len(packets):
        raise UnusualError("other packets than there are blocks")
    for number, packet in zip(numbers, packets, strict=True):
        if bytes(packet) != read(track.sizes[number], offsets[number]):
            raise UnusualError("packets that are not as in the file")
        off = abs(packet.pts - track.times[number] + track.delay) if packet.pts is not None else 0
        if off > (_OFF if track.is_laced else 0):
            raise UnusualError("packets with other times")
        if track.is_film and packet.is_keyframe != track.keys[number]:
            raise UnusualError("packets that are keys, or none")
