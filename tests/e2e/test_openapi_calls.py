"""What the OpenAPI document says is what is answered, to thousands of requests that are made of it.

Schemathesis makes them: of each operation by itself, and along the links from one to the next.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.serving import quart_run

Films = Callable[[str], Path]
Case = schemathesis.Case[Any]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
QUIET = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[*HealthCheck],
    max_examples=60,
)
FEW = settings(QUIET, max_examples=60, stateful_step_count=8)
APP = """
from quart import Quart
from quart_schema import QuartSchema
from quart_video import VideoBlueprint

app = Quart(__name__)
app.secret_key = "a secret of the tests, and no other"
app.config.update(MEDIA_ROOT={media!r}, VIDEO_CACHE={cache!r}, VIDEO_MEDIA_PROCESSES=1)
QuartSchema(app)


async def allow(request, resource):
    return not resource.path.startswith("hidden")


app.register_blueprint(VideoBlueprint({options}))
"""
KINDS = {
    "public": "",
    "authorize": "authorize=allow",
    "signed": "signed_urls=True",
}
PATHS = [
    *("a/clip.mp4", "top.mp4", "a/clip.en.vtt", "top.de.srt", "hidden/secret.mp4", "a", "hidden"),
    *("nothing.mp4", "a/../top.mp4", "a//clip.mp4", ".hidden", "a/clip.mp4/"),
    *("\u00e9.mp4", "x" * 300, "a/" * 120, "top.mp4\0"),
]
HIDDEN = ("hidden", "/videos/hidden")
FOLDERS = ["", "a", "hidden", "nothing", "a/..", "top.mp4"]


@dataclass
class Library:
    url: str
    schema: Any
    hides: bool
    """Whether nobody may see what is in the folder ``hidden``."""
    signatures: dict[str, str]
    """Queries, by the path that they are right for."""
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    def check(self, case: Case, response: Response) -> None:
        """Hold an answer against what the document says of it."""
        label = case.operation.label
        self.statuses[label, response.status_code] += 1
        case.validate_response(response, checks=CHECKS)
        if self.hides:
            assert b"secret" not in response.content
            is_page = case.path_parameters or label.endswith("/videos/")  # its address names it
            place = case.formatted_path if is_page else case.query.get("folder")
            assert response.status_code >= 400 or not str(place).startswith(HIDDEN)
        if response.status_code == 304:
            assert not response.content


@pytest.fixture(params=KINDS, scope="module")
def library(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, films: Films
) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("site")
    media = folder / "media"
    for name in ("a/clip.mp4", "top.mp4", "hidden/secret.mp4"):
        (media / name).parent.mkdir(parents=True, exist_ok=True)
        (media / name).write_bytes(films("h264.mp4").read_bytes())
    (media / "a" / "clip.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n")
    (media / "top.de.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    options = KINDS[request.param]
    (folder / "app.py").write_text(
        APP.format(media=str(media), cache=str(folder / "cache"), options=options)
    )
    with quart_run("app", folder) as url:
        schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
        yield Library(url, schema, "allow" in options, make_all(url))


def make_all(url: str) -> dict[str, str]:
    """Have all be made that is made of videos: until then it is a 503 that says when to come again.

    :returns: the queries of all addresses, by their paths.
    """
    addresses: set[str] = set()
    for video in get(url, "/videos/-/api/videos?recursive=true")["videos"]:
        addresses |= {*_addresses(get(url, video["api_url"]))}
    assert len(addresses) > 10
    for address in addresses:
        get(url, address)
    return {unquote(urlsplit(each).path): urlsplit(each).query for each in addresses}


def _addresses(known: Any) -> Iterator[str]:
    """Yield the addresses in JSON, at any depth."""
    if isinstance(known, dict | list):
        for each in known.values() if isinstance(known, dict) else known:
            yield from _addresses(each)
    elif isinstance(known, str) and known.startswith("/videos/") and " " not in known:
        yield known


def get(url: str, path: str) -> Any:
    for _ in range(60):
        connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.status != 503:
            is_json = response.headers["content-type"] == "application/json"
            return json.loads(body) if is_json else body
        time.sleep(1)
    raise AssertionError(f"{path} is never made")


def likely(library: Library, case: Case, path: str | None, folder: str | None) -> Case:
    """Have a case be about something that is there, more often than random letters are."""
    if path is not None and "path" in case.path_parameters:
        case.path_parameters["path"] = path
    if folder is not None and "folder" in case.query:
        case.query["folder"] = folder
    return signed(library, case)


def signed(library: Library, case: Case) -> Case:
    query = library.signatures.get(case.formatted_path and unquote(case.formatted_path), "")
    case.query |= dict(parse_qsl(query))
    return case


def test_each_operation(library: Library) -> None:
    for result in library.schema.get_all_operations():
        operation = result.ok()

        @QUIET
        @given(
            case=operation.as_strategy(),
            path=st.none() | st.sampled_from(PATHS),
            folder=st.none() | st.sampled_from(FOLDERS),
        )
        def ask(case: Case, path: str | None, folder: str | None) -> None:
            case = likely(library, case, path, folder)
            library.check(case, case.call())

        ask()
    asked = Counter(label for label, _ in library.statuses.elements())
    assert len(asked) >= 12
    assert min(asked.values()) > 20
    assert {status for _, status in library.statuses} >= {200, 404}


def test_along_the_links(library: Library) -> None:
    followed: Counter[str] = Counter()

    class Visitor(library.schema.as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: Case) -> None:
            signed(library, case)

        def validate_response(self, response: Response, case: Case, **_: Any) -> None:
            followed[case.operation.label] += 1
            library.check(case, response)

    Visitor.run(settings=FEW)
    assert len(followed) > 5
