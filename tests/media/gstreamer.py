"""Files that GStreamer writes, tiny. Its muxers are other code than FFmpeg's and mkvmerge's."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.harness import need_tool
from tests.media.films import TIMEOUT

_PICTURES = {
    "h264": "x264enc speed-preset=veryfast key-int-max=24 bframes=2 b-adapt=false",
    "h264-plain": "x264enc speed-preset=ultrafast key-int-max=24",
    "vp9": "vp9enc deadline=1 cpu-used=8",
    "vp8": "vp8enc deadline=1",
}
_SOUNDS = {
    "aac": "avenc_aac ! aacparse",
    "ac3": "avenc_ac3 ! ac3parse",
    "alac": "avenc_alac",
    "flac": "flacenc",
    "mp3": "lamemp3enc",
    "opus": "opusenc",
    "pcm": "audio/x-raw,format=S16LE",
    "vorbis": "vorbisenc",
}


@dataclass(frozen=True)
class Made:
    """How to make one file."""

    name: str
    muxer: str
    picture: str = "h264"
    sound: str = "aac"
    rate: int = 48_000

    def make(self, folder: Path) -> Path:
        """Write it, unless it is there."""
        path = folder / self.name
        if path.exists():
            return path
        shape = "video/x-raw,format=I420,width=160,height=90,framerate=24000/1001"
        frames = self.rate * 2 // 1024
        pipeline = (
            f"{self.muxer} name=m ! filesink location={path} "
            f"videotestsrc num-buffers=48 ! {shape} ! {_PICTURES[self.picture]} ! queue ! m. "
            f"audiotestsrc num-buffers={frames} samplesperbuffer=1024 "
            f"! audio/x-raw,rate={self.rate},channels=2 ! audioconvert "
            f"! {_SOUNDS[self.sound]} ! queue ! m."
        )
        command = [need_tool("gst-launch-1.0"), "--quiet", *pipeline.split()]
        done = subprocess.run(command, capture_output=True, check=False, timeout=TIMEOUT, text=True)
        assert done.returncode == 0, done.stderr
        assert path.stat().st_size
        return path
