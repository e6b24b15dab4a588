"""What a browser records is indexed as what programs write is: its lengths are not known."""

from __future__ import annotations

import asyncio
import base64
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from quart_video.media import DerivativeService, Failed, FolderCache
from tests.e2e.chromium import NewPage
from tests.e2e.engines import Engine, firefox
from tests.media.make import details_of, on_disk
from tests.media.movies import packets, pictures, write_movie

RECORD = """async (type) => {
  if (!MediaRecorder.isTypeSupported(type)) return null;
  const canvas = Object.assign(document.createElement('canvas'), {width: 160, height: 90});
  const context = canvas.getContext('2d');
  let turn = 0;
  const drawing = setInterval(() => {
    context.fillStyle = `hsl(${turn += 7} 90% 50%)`;
    context.fillRect(0, 0, 160, 90);
  }, 40);
  const sound = new AudioContext();
  const target = sound.createMediaStreamDestination();
  const tone = sound.createOscillator();
  tone.connect(target);
  tone.start();
  // Without a device for it, Firefox never begins; what it records is silent.
  await Promise.race([sound.resume(), new Promise(done => setTimeout(done, 2000))]);
  const stream = canvas.captureStream(25);
  stream.addTrack(target.stream.getAudioTracks()[0]);
  const recorder = new MediaRecorder(stream, {mimeType: type});
  const parts = [];
  recorder.ondataavailable = ({data}) => parts.push(data);
  const ended = new Promise(done => { recorder.onstop = done; });
  recorder.start(200);
  await new Promise(done => setTimeout(done, 2500));
  recorder.stop();
  await ended;
  clearInterval(drawing);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}"""


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("video/webm;codecs=vp9,opus", "recorded.webm"),
        ("video/x-matroska;codecs=avc1,opus", "recorded.mkv"),
        ("video/mp4;codecs=avc1,opus", "recorded.mp4"),
    ],
)
@pytest.mark.slow
def test_what_a_browser_records_becomes_an_mp4(
    new_page: NewPage, tmp_path: Path, type_: str, name: str
) -> None:
    recorded = new_page().evaluate(RECORD, type_)
    if recorded is None:
        pytest.skip(f"this browser does not record {type_}")
    path = tmp_path / name
    path.write_bytes(base64.b64decode(recorded))

    async def write() -> None:
        service = DerivativeService(FolderCache(str(tmp_path / "cache"), 10**8), most=1)
        try:
            await write_movie(service, on_disk(path), tmp_path / "written.mp4")
        finally:
            await service.aclose()

    with ThreadPoolExecutor(1) as beside:  # Playwright has a loop of its own in this thread
        beside.submit(lambda: asyncio.run(write())).result()
    written = tmp_path / "written.mp4"
    # Of the packets those of the pictures may differ: Chromium writes H.264 with start codes.
    assert pictures(written) == pictures(path)
    assert packets(written, "a:0").hashes == packets(path, "a:0").hashes
    # Sound is recorded when it happens to arrive, and played sample by sample.
    for stream, most in (("v:0", 1.1), ("a:0", 20)):
        before, after = packets(path, stream), packets(written, stream)
        assert before.times
        off = [b - a for a, b in zip(before.times, after.times, strict=True)]
        # On a busy machine it arrives later than that.
        late = jitter(before.times) + 1.1 if stream == "a:0" else 0
        assert max(off) - min(off) <= max(most, late)


def jitter(times: list[float]) -> float:
    """Return by how much packets of the same length are away from where they would follow."""
    step = median(after - before for before, after in pairwise(times))
    off = [time - number * step for number, time in enumerate(times)]
    return max(off) - min(off)


@pytest.mark.slow
def test_what_firefox_records_is_described_and_refused_in_words(tmp_path: Path) -> None:
    """It writes VP8, which no browser plays in an MP4, and tells no duration."""
    with Engine(firefox) as engine:
        engine.visit("about:blank")
        recorded = engine.do(f"return await ({RECORD})(argument);", "video/webm;codecs=vp8,opus")
    path = tmp_path / "recorded.webm"
    path.write_bytes(base64.b64decode(recorded))

    async def look() -> None:
        service = DerivativeService(FolderCache(str(tmp_path / "cache"), 10**8), most=1)
        try:
            details = await details_of(service, path)
            with pytest.raises(Failed, match="no browser plays vp8 in an MP4"):
                await write_movie(service, on_disk(path), tmp_path / "written.mp4")
        finally:
            await service.aclose()
        codecs = details.video_codec, details.audio_codec
        assert (details.container, *codecs) == ("webm", "vp8", "opus")
        last = max(max(packets(path, stream).times) for stream in ("v:0", "a:0"))
        assert details.duration == pytest.approx(float(last) / 1000, abs=0.3)

    with ThreadPoolExecutor(1) as beside:  # Playwright may have a loop of its own in this thread
        beside.submit(lambda: asyncio.run(look())).result()
