"""Of which kinds of files there is an MP4, and with what sound: the table of the documentation."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from quart_video.media import FILM, DerivativeService, Failed
from quart_video.remux.film_facts import decode_film_facts
from quart_video.web.codec_names import codec_title
from tests.media.kinds import KINDS, Kind
from tests.media.make import details_of, on_disk
from tests.media.movies import pictures, write_movie

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLE = Path(__file__).parents[2] / "docs/how_to_guides/mp4_kinds.inc"
HEAD = [
    "| File | Pictures | Sound that is copied | Sound that is made AAC | No MP4 of |",
    "|---|---|---|---|---|",
]


class Row:
    """What was found of the files with one extension: names of codecs, each once."""

    def __init__(self) -> None:
        self.pictures: dict[str, None] = {}
        self.copied: dict[str, None] = {}
        self.made: dict[str, None] = {}
        self.refused: dict[str, None] = {}

    def __str__(self) -> str:
        columns = (self.pictures, self.copied, self.made, self.refused)
        return " | ".join(", ".join(sorted(each)) or "-" for each in columns)


async def note(row: Row, derivatives: DerivativeService, path: Path, folder: Path) -> None:
    """Note what becomes of a file, and see that the MP4 has its pictures."""
    details = await details_of(derivatives, path)
    picture = codec_title(details.video_codec) if details.video_codec else "sound alone"
    source = on_disk(path)
    try:
        facts = decode_film_facts(await derivatives.get(source, FILM))
    except Failed:
        row.refused[picture] = None
        return
    row.pictures[picture] = None
    for sound in facts.sounds:
        (row.copied if sound.plays else row.made)[codec_title(sound.codec)] = None
    written = await write_movie(derivatives, source, folder / "written.mp4")
    assert pictures(written) == pictures(path)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_table_of_kinds_is_right(
    derivatives: DerivativeService, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("kinds")
    rows: dict[str, Row] = defaultdict(Row)
    for kind in KINDS:
        await note(rows[kind.suffix], derivatives, kind.make(folder), folder)
    found = [*HEAD, *(f"| `{suffix}` | {row} |" for suffix, row in rows.items())]
    assert TABLE.read_text().splitlines() == found, "\n".join(found)


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        (Kind(".mov", "h264", "pcm"), 2),
        (Kind(".mkv", "h264", "flac"), 1),
        (Kind(".ts", "h264", "aac"), 3),
    ],
    ids=lambda value: value.name if isinstance(value, Kind) else "",
)
async def test_some_rows_of_it(
    derivatives: DerivativeService, tmp_path: Path, kind: Kind, column: int
) -> None:
    row = Row()
    await note(row, derivatives, kind.make(tmp_path), tmp_path)
    cells = str(row).split(" | ")
    told = next(line for line in TABLE.read_text().splitlines() if f"`{kind.suffix}`" in line)
    name = codec_title("pcm_s16le" if kind.sound == "pcm" else kind.sound)
    assert cells[column] == (name if column < 3 else "H.264 (AVC)")
    assert cells[column] in told.split(" | ")[column + 1]
