from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from quart import Blueprint, Quart
from quart_schema import OpenAPIProvider, QuartSchema, document_response

from quart_video import Video, VideoBlueprint, video_bp
from tests.support.asgi import call


def make_app(tmp_path: Path) -> Quart:
    app = Quart(__name__)
    app.config["MEDIA_ROOT"] = tmp_path
    return app


async def document(app: Quart) -> Any:
    sent = await call(app, "/openapi.json")
    assert sent.status == 200
    described = json.loads(sent.body)
    OpenAPIV31SpecValidator(described).validate()
    return described


@pytest.mark.parametrize("convert_casing", [False, True])
@pytest.mark.parametrize("order", ["schema first", "blueprint first"])
@pytest.mark.sample(1)
async def test_valid(tmp_path: Path, order: str, *, convert_casing: bool) -> None:
    app = make_app(tmp_path)
    if order == "schema first":
        QuartSchema(app, convert_casing=convert_casing)
        app.register_blueprint(video_bp)
    else:
        app.register_blueprint(video_bp)
        QuartSchema(app, convert_casing=convert_casing)
    described = await document(app)
    assert set(described["paths"]) == {
        "/videos/",
        "/videos/{folder}/",
        "/videos/{path}",
        "/videos/-/watch/{path}",
        "/videos/-/embed/{path}",
        "/videos/-/api/videos",
        "/videos/-/api/videos/{path}",
        "/videos/-/captions/{path}",
        "/videos/-/mp4/{path}",
        "/videos/-/chapters/{path}",
        "/videos/-/poster/{path}",
        "/videos/-/storyboard/{path}",
        "/videos/-/playlist.m3u",
        "/videos/-/health",
        "/videos/-/playlist.xspf",
        "/videos/-/feed.rss",
        "/videos/-/oembed",
    }


async def test_media(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    QuartSchema(app)
    app.register_blueprint(video_bp)
    operation = (await document(app))["paths"]["/videos/{path}"]["get"]
    responses = operation["responses"]
    kinds = {"200", "206", "304", "308", "401", "403", "404", "412", "416", "429", "503"}
    assert set(responses) == kinds
    assert "Retry-After" in responses["429"]["headers"]
    assert "application/json" not in responses["200"]["content"]
    assert set(responses["206"]["content"]) == {"video/*", "multipart/byteranges"}
    assert "content" not in responses["304"]
    assert "Content-Range" in responses["206"]["headers"]
    assert "Content-Range" in responses["416"]["headers"]
    assert {"ETag", "Accept-Ranges", "Last-Modified"} <= set(responses["200"]["headers"])
    parameters = {parameter["name"]: parameter["in"] for parameter in operation["parameters"]}
    assert parameters["Range"] == parameters["If-Range"] == parameters["If-None-Match"] == "header"


async def test_json(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    QuartSchema(app)
    app.register_blueprint(video_bp)
    operation = (await document(app))["paths"]["/videos/-/api/videos"]["get"]
    parameters = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert {"folder", "q", "recursive", "sort", "limit", "cursor"} <= set(parameters)
    for status in ("400", "401", "403", "404", "503"):
        (media_type,) = operation["responses"][status]["content"]
        assert media_type == "application/problem+json"
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert {"videos", "folders", "total", "next_cursor"} <= set(schema["properties"])
    assert operation["tags"] == ["Videos"]


async def test_health(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    QuartSchema(app)
    app.register_blueprint(video_bp)
    operation = (await document(app))["paths"]["/videos/-/health"]["get"]
    assert set(operation["responses"]) == {"200", "401", "403", "503"}
    assert "Retry-After" in operation["responses"]["503"]["headers"]
    for query in ("", "verbose"):
        sent = await call(app, "/videos/-/health", query=query)
        schema = operation["responses"][str(sent.status)]["content"]["application/json"]["schema"]
        assert json.loads(sent.body).keys() <= schema["properties"].keys()
    assert [parameter["name"] for parameter in operation["parameters"]] == ["verbose"]


@pytest.mark.slow
async def test_several_mounts(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    QuartSchema(app)
    outer = Blueprint("outer", __name__, url_prefix="/outer")
    outer.register_blueprint(VideoBlueprint())
    app.register_blueprint(video_bp)
    app.register_blueprint(video_bp, name="again", url_prefix="/again")
    app.register_blueprint(outer)
    described = await document(app)
    ids = [
        operation["operationId"]
        for path in described["paths"].values()
        for operation in path.values()
    ]
    assert len(ids) == len(set(ids)) == 51


async def test_routes_of_the_host_are_left_as_they_are(tmp_path: Path) -> None:
    def described_by(app: Quart) -> None:
        @app.get("/mine")
        @document_response(Video)
        async def mine() -> Any:
            """Mine."""

    alone, beside = Quart(__name__), make_app(tmp_path)
    QuartSchema(alone)
    beside.register_blueprint(video_bp)
    QuartSchema(beside)
    for app in (alone, beside):
        described_by(app)
    assert (await document(alone))["paths"]["/mine"] == (await document(beside))["paths"]["/mine"]


@pytest.mark.slow
async def test_provider_of_the_host_is_kept(tmp_path: Path) -> None:
    class Provider(OpenAPIProvider):
        def operation_id(self, method: str, *_args: Any, **_kwargs: Any) -> str | None:
            return f"custom {method}"  # what else it is given differs by version

    app = make_app(tmp_path)
    app.register_blueprint(video_bp)
    QuartSchema(app, openapi_provider_class=Provider)

    @app.get("/mine")
    @document_response(Video)
    async def mine() -> Any:
        """Mine."""

    described = await document(app)
    assert described["paths"]["/mine"]["get"]["operationId"] == "custom GET"


async def test_host_without_quart_schema(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"x")
    app = make_app(tmp_path)
    app.register_blueprint(video_bp)
    for path in ("", "clip.mp4", "-/watch/clip.mp4", "-/api/videos", "-/api/videos/clip.mp4"):
        assert (await call(app, f"/videos/{path}")).status == 200
    assert (await call(app, "/videos/-/api/videos", query="limit=x")).status == 400
    assert not [key for key in app.config if key.startswith("QUART_SCHEMA")]
