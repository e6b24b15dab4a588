from __future__ import annotations

import asyncio
import gc
import inspect
import io
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from quart import Quart, Response, after_this_request, request
from quart import send_file as quart_send_file
from quart.typing import ResponseReturnValue
from werkzeug.exceptions import ImATeapot
from werkzeug.wrappers import Response as WerkzeugResponse

from quart_video import make_conditional, send_file, send_from_directory
from quart_video.delivery.body import TransferBrokenError
from tests.support.asgi import Sent, all_closed, call
from tests.support.waiting import until

AnyResponse = Response | WerkzeugResponse
DATA = os.urandom(700_000)
RANGE = {"Range": "bytes=10-19"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a film.mp4"
    path.write_bytes(DATA)
    os.utime(path, (784111777, 784111777))
    return path


def app_with(view: Callable[[], Awaitable[ResponseReturnValue]], **config: object) -> Quart:
    app = Quart(__name__)
    app.config.update(config)

    @app.route("/", methods=["GET", "POST"])
    async def view_of_test() -> ResponseReturnValue:
        return await view()

    return app


async def get(
    view: Callable[[], Awaitable[ResponseReturnValue]], *args: Any, **kwargs: Any
) -> Sent:
    return await call(app_with(view), "/", *args, **kwargs)


class TestSendFile:
    async def test_whole(self, path: Path) -> None:
        sent = await get(lambda: send_file(path))
        assert (sent.status, sent.body, sent.complete) == (200, DATA, True)
        assert sent["content-type"] == "video/mp4"
        assert sent["content-length"] == str(len(DATA))
        assert sent["accept-ranges"] == "bytes"
        assert sent["last-modified"] == "Sun, 06 Nov 1994 08:49:37 GMT"
        assert sent["etag"].startswith('"')
        assert sent["cache-control"] == "no-cache, no-transform"
        assert sent["x-content-type-options"] == "nosniff"
        assert "transfer-encoding" not in sent
        assert len(sent.chunks) < 10

    async def test_range(self, path: Path) -> None:
        sent = await get(lambda: send_file(path), headers=RANGE)
        assert (sent.status, sent.body) == (206, DATA[10:20])
        assert sent["content-range"] == f"bytes 10-19/{len(DATA)}"

    async def test_head(self, path: Path) -> None:
        whole = await get(lambda: send_file(path))
        sent = await get(lambda: send_file(path), "HEAD", headers=RANGE)
        assert (sent.status, sent.chunks) == (200, [])
        assert sent.lines == whole.lines

    async def test_not_modified(self, path: Path) -> None:
        whole = await get(lambda: send_file(path))
        sent = await get(lambda: send_file(path), headers={"If-None-Match": whole["etag"]})
        assert (sent.status, sent.chunks) == (304, [])
        assert sent["etag"] == whole["etag"]
        assert sent["cache-control"] == whole["cache-control"]
        assert not {"content-type", "content-length", "last-modified"} & {n for n, _ in sent.lines}

    async def test_failed_precondition(self, path: Path) -> None:
        sent = await get(
            lambda: send_file(path, cache_timeout=60), headers={"If-Match": '"x"', **RANGE}
        )
        assert (sent.status, sent.chunks) == (412, [])
        assert sent["content-length"] == "0"
        assert "cache-control" not in sent  # nobody is to keep it

    async def test_unsatisfiable(self, path: Path) -> None:
        sent = await get(lambda: send_file(path), headers={"Range": "bytes=9999999-"})
        assert sent.status == 416
        assert sent["content-range"] == f"bytes */{len(DATA)}"
        assert len(sent.body) == int(sent["content-length"])
        assert "etag" not in sent

    async def test_not_conditional(self, path: Path) -> None:
        sent = await get(lambda: send_file(path, conditional=False), headers=RANGE)
        assert (sent.status, sent.body) == (200, DATA)
        assert sent["accept-ranges"] == "none"

    async def test_answer_to_post_is_whole(self, path: Path) -> None:
        """The preconditions were about what the POST was aimed at, not about what it returns."""
        headers = {**RANGE, "If-None-Match": "*", "If-Match": '"x"'}
        sent = await get(lambda: send_file(path), "POST", headers=headers)
        assert (sent.status, sent.body) == (200, DATA)

    async def test_attachment(self, path: Path) -> None:
        sent = await get(lambda: send_file(path, as_attachment=True))
        assert sent["content-disposition"] == 'attachment; filename="a film.mp4"'
        sent = await get(
            lambda: send_file(path, as_attachment=True, attachment_filename='ä\r\nX: "y".webm')
        )
        assert sent["content-type"] == "video/webm"
        assert "\r" not in sent["content-disposition"]
        assert "x" not in sent

    @pytest.mark.parametrize(
        ("name", "media_type"),
        [
            ("x.ts", "video/mp2t"),
            ("x.vtt", "text/vtt; charset=utf-8"),
            ("x.html", "text/html; charset=utf-8"),
            ("x.unheardof", "application/octet-stream"),
        ],
    )
    async def test_type(self, tmp_path: Path, name: str, media_type: str) -> None:
        (tmp_path / name).touch()
        sent = await get(lambda: send_file(tmp_path / name))
        assert sent["content-type"] == media_type

    async def test_given_type(self, path: Path) -> None:
        sent = await get(lambda: send_file(path, mimetype="text/plain"))
        assert sent["content-type"] == "text/plain; charset=utf-8"

    async def test_cache_timeout(self, path: Path) -> None:
        sent = await get(lambda: send_file(path, cache_timeout=60))
        assert sent["cache-control"] == "public, max-age=60, no-transform"

    async def test_no_etag(self, path: Path) -> None:
        sent = await get(lambda: send_file(path, add_etags=False))
        assert "etag" not in sent
        assert "last-modified" in sent

    @pytest.mark.parametrize(
        "moment",
        [
            datetime.fromisoformat("2001-02-03"),
            datetime(2001, 2, 3, tzinfo=UTC),
            981158400,
            981158400.9,
        ],
    )
    async def test_last_modified(self, path: Path, moment: datetime | float) -> None:
        sent = await get(lambda: send_file(path, last_modified=moment))
        assert sent["last-modified"] == "Sat, 03 Feb 2001 00:00:00 GMT"

    @pytest.mark.parametrize("convert", [str, os.fsencode, Path])
    async def test_kinds_of_path(self, path: Path, convert: Callable[[Path], Any]) -> None:
        assert (await get(lambda: send_file(convert(path)))).body == DATA

    @pytest.mark.parametrize("name", ["no.mp4", ".", "fifo.mp4", "nul\0.mp4"])
    async def test_missing(self, tmp_path: Path, name: str) -> None:
        os.mkfifo(tmp_path / "fifo.mp4")
        sent = await get(lambda: send_file(tmp_path / name, mimetype="video/mp4"))
        assert sent.status == 404
        assert str(tmp_path).encode() not in sent.body

    async def test_missing_is_a_file_not_found_error(self, tmp_path: Path) -> None:
        async def view() -> ResponseReturnValue:
            try:
                return await send_file(tmp_path / "no.mp4")
            except FileNotFoundError:
                return "caught"

        assert (await get(view)).body == b"caught"

    async def test_bytes_in_memory(self) -> None:
        view = lambda: send_file(io.BytesIO(DATA), mimetype="video/mp4")  # noqa: E731
        whole = await get(view)
        assert (whole.status, whole.body) == (200, DATA)
        assert "last-modified" not in whole
        assert (await get(view))["etag"] == whole["etag"]
        sent = await get(view, headers={"Range": "bytes=-5", "If-Range": whole["etag"]})
        assert (sent.status, sent.body) == (206, DATA[-5:])

    async def test_large_bytes_in_memory(self) -> None:
        data = DATA * 2
        sent = await get(lambda: send_file(io.BytesIO(data), mimetype="video/mp4"))
        assert sent.body == data
        assert "etag" in sent

    async def test_file_object(self) -> None:
        files = []

        async def view() -> Response:
            file = tempfile.SpooledTemporaryFile(max_size=10)  # noqa: SIM115 - it is for us to close
            file.write(DATA)
            files.append(file)
            return await send_file(cast(BinaryIO, file), attachment_filename="x.webm")

        sent = await get(view)
        assert (sent.status, sent.body) == (200, DATA)
        sent = await get(view, headers={"Range": "bytes=10-19,-5"})
        assert sent.status == 206
        assert DATA[10:20] in sent.body
        assert DATA[-5:] in sent.body
        sent = await get(view, "HEAD")
        assert sent["content-length"] == str(len(DATA))
        await until(lambda: all(file.closed for file in files))  # a thread does it

    async def test_no_name_and_no_type(self) -> None:
        async with Quart(__name__).test_request_context("/"):
            with pytest.raises(ValueError, match="mimetype="):
                await send_file(io.BytesIO(b"x"))

    async def test_text(self) -> None:
        text = cast(BinaryIO, io.StringIO("x"))
        async with Quart(__name__).test_request_context("/"):
            with pytest.raises(TypeError, match="binary mode"):
                await send_file(text, mimetype="text/plain")

    async def test_arguments_are_quarts(self) -> None:
        ours, theirs = (inspect.signature(f).parameters for f in (send_file, quart_send_file))
        assert list(ours) == list(theirs)


class TestSendFromDirectory:
    async def test_file(self, path: Path) -> None:
        sent = await get(lambda: send_from_directory(path.parent, path.name), headers=RANGE)
        assert (sent.status, sent.body) == (206, DATA[10:20])

    @pytest.mark.parametrize("name", ["../x", "no.mp4", "/etc/passwd", ".x", "", "a\0b", "."])
    async def test_not_found(self, tmp_path: Path, name: str) -> None:
        (tmp_path / ".x").touch()
        assert (await get(lambda: send_from_directory(tmp_path, name))).status == 404

    async def test_link_out(self, path: Path, tmp_path: Path) -> None:
        (tmp_path / "public").mkdir()
        (tmp_path / "public" / "x.mp4").symlink_to(path)
        assert (await get(lambda: send_from_directory(tmp_path / "public", "x.mp4"))).status == 404


class TestEveryEndClosesTheFile:
    async def test_finished(self, path: Path) -> None:
        await get(lambda: send_file(path))
        assert await all_closed(path.name)

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_not_sent(self, path: Path, method: str) -> None:
        for headers in ({"If-None-Match": "*"}, {"If-Match": '"x"'}, {"Range": "bytes=9999999-"}):
            await get(lambda: send_file(path), method, headers=headers)
            assert await all_closed(path.name)

    async def test_client_goes_away(self, path: Path) -> None:
        sent = await get(lambda: send_file(path), disconnect_after=1)
        assert not sent.complete
        assert len(sent.chunks) == 1
        assert await all_closed(path.name)

    async def test_replaced_by_after_request(self, path: Path) -> None:
        async def view() -> Response:
            @after_this_request
            async def replace(_: AnyResponse) -> AnyResponse:
                return Response("other")

            return await send_file(path)

        assert (await get(view)).body == b"other"
        assert await all_closed(path.name)

    async def test_after_request_fails(self, path: Path) -> None:
        # A captured log keeps the exception, that its frames, and those the response.
        logging.disable()

        async def view() -> Response:
            @after_this_request
            async def fail(_: AnyResponse) -> AnyResponse:
                raise ImATeapot

            return await send_file(path)

        assert (await get(view)).status == 500
        logging.disable(logging.NOTSET)
        gc.collect()
        assert await all_closed(path.name)

    async def test_view_returns_something_else(self, path: Path) -> None:
        async def view() -> str:
            await send_file(path)
            return "other"

        assert (await get(view)).body == b"other"
        assert await all_closed(path.name)

    async def test_read_by_after_request(self, path: Path) -> None:
        """What a hook has read it may still send."""

        async def view() -> Response:
            @after_this_request
            async def read(response: AnyResponse) -> AnyResponse:
                assert isinstance(response, Response)
                assert await response.get_data(as_text=False) == DATA[10:20]
                return response

            return await send_file(path)

        assert (await get(view, headers=RANGE)).body == DATA[10:20]
        assert await all_closed(path.name)


class TestTransfer:
    async def test_outlasts_response_timeout(self, path: Path) -> None:
        app = app_with(lambda: send_file(path), RESPONSE_TIMEOUT=0.01)
        sent = await call(app, "/", pause=0.05)
        assert sent.complete
        assert sent.body == DATA

    async def test_stalled_client_is_cut(self, path: Path) -> None:
        app = app_with(lambda: send_file(path), VIDEO_STALL_TIMEOUT=0.05)
        with pytest.raises(TransferBrokenError):
            await asyncio.wait_for(call(app, "/", stop_taking_after=1), 30)
        assert await all_closed(path.name)

    async def test_file_that_shrinks_is_an_error(
        self, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def view() -> Response:
            response = await send_file(path)
            os.truncate(path, 300_000)
            return response

        with pytest.raises(TransferBrokenError):
            await get(view)
        (record,) = caplog.records
        assert "'a film.mp4' ended at byte 300000" in record.getMessage()
        assert await all_closed(path.name)


class TestMakeConditional:
    """Whatever a view returns, as the tutorial says."""

    @pytest.mark.parametrize("value", ["text", b"text", ("text", 200, {"X-Mine": "1"})])
    async def test_data(self, value: Any) -> None:
        async def view() -> Response:
            return await make_conditional(value)

        whole = await get(view)
        assert (whole.status, whole.body) == (200, b"text")
        sent = await get(view, headers={"Range": "bytes=1-2", "If-Range": whole["etag"]})
        assert (sent.status, sent.body) == (206, b"ex")
        assert sent["content-range"] == "bytes 1-2/4"
        assert sent["content-type"] == whole["content-type"]
        assert sent.all("x-mine") == whole.all("x-mine")
        sent = await get(view, headers={"If-None-Match": whole["etag"]})
        assert (sent.status, sent.chunks) == (304, [])
        assert sent.all("x-mine") == whole.all("x-mine")

    async def test_json(self) -> None:
        async def view() -> Response:
            return await make_conditional({"a": 1})

        whole = await get(view)
        assert whole["content-type"] == "application/json"
        assert (await get(view, headers={"If-None-Match": whole["etag"]})).status == 304

    async def test_response_of_quarts_send_file(self, path: Path) -> None:
        async def view() -> Response:
            return await make_conditional(await quart_send_file(path))

        sent = await get(view, headers={"Range": "bytes=-500"})
        assert (sent.status, sent.body) == (206, DATA[-500:])
        assert await all_closed(path.name)

    async def test_response_of_quarts_send_file_of_bytes(self) -> None:
        async def view() -> Response:
            response = await quart_send_file(io.BytesIO(DATA), mimetype="video/mp4")
            return await make_conditional(response)

        sent = await get(view, headers={"Range": "bytes=-500"})
        assert (sent.status, sent.body) == (206, DATA[-500:])

    async def test_its_own_validators_count(self) -> None:
        async def view() -> Response:
            response = Response("text")
            response.set_etag("mine", weak=True)
            response.headers["Last-Modified"] = "Sun, 06 Nov 1994 08:49:37 GMT"
            return await make_conditional(response)

        assert (await get(view, headers={"If-None-Match": '"mine"'})).status == 304
        assert (await get(view, headers={"If-Match": 'W/"mine"'})).status == 412
        weak = {"Range": "bytes=0-1", "If-Range": 'W/"mine"'}
        assert (await get(view, headers=weak)).status == 200
        date = {"Range": "bytes=0-1", "If-Range": "Sun, 06 Nov 1994 08:49:37 GMT"}
        assert (await get(view, headers=date)).status == 206
        since = {"If-Modified-Since": "Sunday, 06-Nov-94 08:49:37 GMT"}
        assert (await get(view, headers=since)).status == 304

    async def test_generated_body(self) -> None:
        async def generate() -> AsyncIterator[bytes]:
            yield b"te"
            yield b"xt"

        async def view() -> Response:
            response = Response(generate())
            response.set_etag("mine")
            return await make_conditional(response)

        sent = await get(view, headers={"Range": "bytes=0-1"})
        assert (sent.status, sent.body) == (200, b"text")
        assert "accept-ranges" not in sent
        assert "content-length" not in sent
        sent = await get(view, headers={"If-None-Match": '"mine"'})
        assert (sent.status, sent.chunks) == (304, [])

    async def test_cookies_are_kept(self) -> None:
        async def view() -> Response:
            response = Response("text")
            response.set_cookie("a", "1")
            response.set_cookie("b", "2")
            return await make_conditional(response)

        sent = await get(view, headers={"If-None-Match": "*"})
        assert sent.status == 304
        assert len(sent.all("set-cookie")) == 2

    @pytest.mark.parametrize("status", [201, 206, 301, 404, 500])
    async def test_other_than_200_is_left_alone(self, status: int) -> None:
        async def view() -> Response:
            return await make_conditional(("text", status))

        sent = await get(view, headers={"If-None-Match": "*", "If-Match": '"x"', **RANGE})
        assert (sent.status, sent.body) == (status, b"text")

    async def test_post_is_left_alone(self) -> None:
        async def view() -> Response:
            assert request.method == "POST"
            return await make_conditional("text")

        assert (await get(view, "POST", headers={"If-None-Match": "*"})).status == 200

    async def test_twice_is_once(self, path: Path) -> None:
        async def view() -> Response:
            return await make_conditional(await send_file(path))

        sent = await get(view, headers=RANGE)
        assert (sent.status, sent.body) == (206, DATA[10:20])
        assert (await get(view)).body == DATA

    async def test_empty(self) -> None:
        async def view() -> Response:
            return await make_conditional("")

        assert (await get(view)).status == 200
        assert (await get(view, headers={"Range": "bytes=0-"})).status == 416
