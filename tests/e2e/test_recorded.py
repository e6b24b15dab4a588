"""What a browser records is indexed as what programs write is: its lengths are not known."""

from __future__ import annotations

import asyncio
import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from quart_video.media import DerivativeService, FolderCache
from tests.e2e.chromium import NewPage
from tests.media.make import on_disk
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
  await sound.resume();
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
        assert max(off) - min(off) <= most
