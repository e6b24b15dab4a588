"""Make the clips of the example: ``python example/make_videos.py``. Needs ffmpeg.

Each clip shows a running clock and a bar that grows, and strikes another note every second, so
that a seek can be seen and heard: picture, note and caption must agree. There is a key frame
every second to land on. The results are committed; run this only to change them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VIDEOS = Path(__file__).parent / "videos"
RATE = 20

# One note a second, a fifth above the one before, folded into an octave: twelve in a row differ.
NOTES = "0.3*exp(-4*mod(t,1))*sin(2*PI*t*261.63*pow(2,mod(floor(t)*7,12)/12))"
CLOCK = r"%{eif\:t/60\:d\:2}\:%{eif\:mod(t,60)\:d\:2}.%{eif\:mod(t*10,10)\:d}"

H264 = ["-c:v", "libx264", "-preset", "veryslow", "-crf", "31", "-sc_threshold", "0"]
AAC = ["-c:a", "aac", "-ar", "24000", "-b:a", "14k", "-movflags", "+faststart"]
VP9 = ["-c:v", "libvpx-vp9", "-crf", "48", "-b:v", "0", "-deadline", "good", "-cpu-used", "1"]
OPUS = ["-c:a", "libopus", "-b:a", "12k"]
CODECS = {".mp4": H264 + AAC, ".webm": VP9 + OPUS}

# A clip is drawn again from the same bytes by the same ffmpeg: no dates, no version numbers.
REPRODUCIBLE = ["-map_metadata:g", "-1"]
for _flag in ("-fflags", "-flags:v", "-flags:a"):
    REPRODUCIBLE += [_flag, "+bitexact"]

CAPTIONS = {
    "en": "The clock shows {clock}. This caption is number {number}.",
    "de": "Die Uhr zeigt {clock}. Dies ist Untertitel Nummer {number}.",
}
CAPTION_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: where it goes, what is seen behind the clock, and which captions it has."""

    path: str
    background: str
    seconds: int = 8
    width: int = 480
    height: int = 270
    languages: tuple[str, ...] = ()
    subs: tuple[str, ...] = ()
    """Languages of captions in SubRip."""
    chapters: tuple[str, ...] = ()
    """Titles of chapters of the same length."""


def gradient(first: str, second: str, seed: int) -> str:
    """Return a source of two colours that flow into each other, standing still."""
    return f"gradients=n=2:c0={first}:c1={second}:seed={seed}:speed=0.00001"


CLIPS = [
    Clip("Welcome.mp4", gradient("#1e3a8a", "#7c3aed", 3), 24, 640, 360, ("en", "de")),
    Clip("Colour_bars.webm", "smptehdbars=s=640x360", 15, 640, 360, ("en",)),
    Clip("Course/Lesson 1.mp4", gradient("#064e3b", "#0d9488", 5), languages=("en", "de")),
    Clip("Course/Lesson 2.webm", gradient("#7c2d12", "#d97706", 7), languages=("en",)),
    Clip("Course/Lesson 10.mp4", gradient("#831843", "#be185d", 9), subs=("en", "de")),
    Clip(
        "Patterns/Game of life.mp4",
        "life=s=32x18:r=2:seed=4:life_color=#0e7490:death_color=#0f172a",
        chapters=("Soup", "Gliders", "Still lifes & blinkers"),
    ),
    Clip("Patterns/Upright.mp4", gradient("#312e81", "#0369a1", 11), width=270, height=480),
]


def picture(clip: Clip) -> str:
    """Return the filter graph: title, clock and bar (input 1) over the background (input 0)."""
    side = min(clip.width, clip.height)
    title = Path(clip.path).stem.replace("_", " ")
    return (
        f"[0]fps={RATE},scale={clip.width}:{clip.height}:flags=neighbor,setsar=1"
        f",drawtext=font=Sans:text='{title}':fontcolor=white:fontsize={side // 11}"
        f":x=(w-tw)/2:y=h/2-{side // 3}:shadowcolor=black@0.5:shadowx=1:shadowy=1"
        f",drawtext=font=Monospace:text='{CLOCK}':fontcolor=white:fontsize={side // 5}"
        f":x=(w-tw)/2:y=(h-lh)/2:box=1:boxcolor=black@0.45:boxborderw={side // 20}[drawn];"
        f"[drawn][1]overlay=x=-W+W*t/{clip.seconds}:y=H-h,format=yuv420p[picture]"
    )


def make_clip(clip: Clip) -> None:
    """Write one clip."""
    target = VIDEOS / clip.path
    target.parent.mkdir(parents=True, exist_ok=True)
    bar, tone = f"color=white:s={clip.width}x6:r={RATE}", f"aevalsrc='{NOTES}':s=48000"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    for lavfi in (clip.background, bar, tone):
        command += ["-f", "lavfi", "-i", lavfi]
    if clip.chapters:
        command += ["-f", "ffmetadata", "-i", "pipe:", "-map_chapters", "3"]
    command += ["-filter_complex", picture(clip), "-map", "[picture]", "-map", "2:a"]
    command += ["-t", str(clip.seconds), "-g", str(RATE), "-keyint_min", str(RATE)]
    command += [*CODECS[target.suffix], *REPRODUCIBLE, str(target)]
    subprocess.run(command, check=True, input=chapters(clip), text=True)


def chapters(clip: Clip) -> str:
    """Write the chapters of a clip as ffmpeg reads them."""
    blocks = [";FFMETADATA1"]
    for number, title in enumerate(clip.chapters):
        start, stop = (1000 * clip.seconds * n // len(clip.chapters) for n in (number, number + 1))
        blocks.append(f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={stop}\ntitle={title}")
    return "\n".join(blocks)


def clock(seconds: int) -> str:
    """Write a time as the clip shows it."""
    return f"{seconds // 60:02}:{seconds % 60:02}"


def cues(clip: Clip, language: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, stop and text of the captions of a clip."""
    for number, start in enumerate(range(0, clip.seconds, CAPTION_SECONDS), 1):
        text = CAPTIONS[language].format(clock=clock(start), number=number)
        yield start, min(start + CAPTION_SECONDS, clip.seconds), text


def make_subs(clip: Clip, language: str) -> None:
    """Write one SubRip file beside a clip."""
    blocks: list[str] = []
    for start, stop, text in cues(clip, language):
        number = len(blocks) + 1
        blocks.append(f"{number}\n00:{clock(start)},000 --> 00:{clock(stop)},000\n{text}")
    target = (VIDEOS / clip.path).with_suffix(f".{language}.srt")
    target.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def make_captions(clip: Clip, language: str) -> None:
    """Write one WebVTT file beside a clip."""
    blocks = ["WEBVTT"]
    for start, stop, text in cues(clip, language):
        blocks.append(f"{clock(start)}.000 --> {clock(stop)}.000\n{text}")
    target = (VIDEOS / clip.path).with_suffix(f".{language}.vtt")
    target.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def main() -> None:
    """Make everything anew."""
    if shutil.which("ffmpeg") is None:
        sys.exit("This needs ffmpeg with libx264, libvpx and libopus; install it and try again.")
    for clip in CLIPS:
        make_clip(clip)
        for language in clip.languages:
            make_captions(clip, language)
        for language in clip.subs:
            make_subs(clip, language)
    total = sum(path.stat().st_size for path in VIDEOS.rglob("*") if path.is_file())
    print(f"{len(CLIPS)} clips, {total // 1024} KiB in all, in {VIDEOS}")


if __name__ == "__main__":
    main()
