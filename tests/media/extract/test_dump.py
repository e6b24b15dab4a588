"""What libav prints of a stream, read again."""

from __future__ import annotations

from quart_video.media.extract.dump import DolbyVision, Dumped, parse_dump

PRINTED = """Input #0, mov,mp4,m4a,3gp,3g2,mj2, from '':
  Metadata:
    title           : Stream #0:7: Video: h264, 9999x9999
  Duration: 00:00:02.00, start: 0.000000, bitrate: 427 kb/s
  Stream #0:0[0x1](und): Video: none (dav1 / 0x31766164), none, 3840x2160, 18 kb/s, 59.94 fps, 90k tbn (default)
    Metadata:
      Frame Cropping: 1/2/3/4: a tag
    Side data:
      DOVI configuration record: version: 1.0, profile: 10, level: 9, rpu flag: 1, el flag: 0, bl flag: 1, compatibility id: 0, compression: 0
  Stream #0:1[0x2]: Audio: none (apac / 0x63617061), 44100 Hz, 4 channels, 69 kb/s
  Stream #0:2[0x3]: Audio: none ([130][0][0][0] / 0x0082), 48000 Hz, 5.1(side), fltp
  Stream #0:3: Audio: aac (LC), 48000 Hz, stereo, fltp (default)
  Stream #0:4(zh-Hans): Video: h264 (High), yuv420p(progressive), 600x300 [SAR 1:1 DAR 2:1], 1k fps, 1k tbn
    Side data:
      Frame Cropping: 10/30/20/40
  Stream #0:5: Subtitle: subrip (srt)
    Side data:
      Frame Cropping: 5/5/5/5
  Stream #0:6: Audio: ac4
"""  # noqa: E501 - as it is printed


def test_what_is_printed_is_read() -> None:
    streams = parse_dump(PRINTED)
    assert sorted(streams) == [0, 1, 2, 3, 4, 5, 6]
    assert streams[0] == Dumped(
        tag="dav1",
        width=3840,
        height=2160,
        frame_rate=59.94,
        dolby_vision=DolbyVision(profile=10, level=9, compatibility=0),
    )
    assert (streams[1].tag, streams[1].channels, streams[1].sample_rate) == ("apac", 4, 44100)
    assert (streams[2].tag, streams[2].channels) == ("", 6)
    assert streams[3].channels == 2
    assert (streams[4].crop, streams[4].frame_rate) == ((10, 30, 20, 40), 1000)
    assert streams[6] == Dumped()


def test_nothing_is_read_of_nothing() -> None:
    assert parse_dump("") == {}
    assert parse_dump("      Frame Cropping: 1/2/3/4\n") == {}
