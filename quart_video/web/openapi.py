"""How binary answers, 206, 304, 416 and their fields reach the host's OpenAPI document.

quart-schema documents every answer as JSON, and has no place for the fields of an answer. So the
views say with :func:`answers` what they send, and the host's own provider is made to add that to
the paths it builds. A host without quart-schema in use never notices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from quart import Quart, request_started
from werkzeug.routing import Rule

from quart_video.web import problem

T = TypeVar("T", bound=Callable[..., Any])

_ATTRIBUTE = "_quart_video_answers"
_FOLDER = "{folder}"

_FIELDS = {
    "Accept-Ranges": "`bytes`: ranges are served.",
    "Cache-Control": "How long a cache may use this without asking.",
    "Content-Length": "Length of the body in bytes.",
    "Content-Range": "Which bytes of how many these are.",
    "ETag": "Strong validator of this version.",
    "Last-Modified": "When this version was made.",
    "Location": "Where it is.",
    "Retry-After": "Seconds after which to ask again.",
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457, unless the app has an answer of its own to errors.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and what to do."},
    },
}
_REQUEST_FIELDS = {
    "If-Match": "Answer 412 unless this is the version.",
    "If-None-Match": "Answer 304 if this is the version.",
    "If-Modified-Since": "Answer 304 if there is nothing newer.",
    "If-Unmodified-Since": "Answer 412 if there is something newer.",
}
_RANGE_FIELDS = {
    "Range": "Bytes to send, as `bytes=0-999`, `bytes=-500` or several of them.",
    "If-Range": "Ignore `Range` unless this is the version.",
}


@dataclass(frozen=True, slots=True)
class Link:
    """Where something in a JSON answer leads, for what follows links.

    :param view: name of the function that answers there.
    :param parameters: of the request there, by name: runtime expressions of OpenAPI 3.1, 4.8.20.4.
    """

    view: str
    description: str
    parameters: Mapping[str, str]


def links_of_video(pointer: str) -> list[Link]:
    """Return the links to all that is made of a video.

    :param pointer: JSON pointer to its path in the answer.
    """
    path = {"path": f"$response.body#{pointer}"}
    return [
        Link("api_video", "What is known of a video.", path),
        Link("media", "Its bytes.", path),
        Link("mp4", "Its bytes as an MP4.", path),
        Link("watch", "A page that plays it.", path),
        Link("poster", "A picture of it.", path),
        Link("storyboard", "Small pictures of it.", path),
        Link("chapters", "Its chapters.", path),
    ]


def answers(
    media_type: str,
    description: str,
    *,
    ranges: bool = False,
    query: bool = False,
    conditional: bool = True,
    leads_to_folders: bool = False,
    links: Sequence[Link] = (),
) -> Callable[[T], T]:
    """Note on a view what it answers with.

    :param ranges: whether it serves ranges.
    :param query: whether it has parameters that can be wrong.
    :param conditional: whether it serves conditional requests, and only of what is there.
    :param leads_to_folders: whether a folder's address without its slash is redirected.
    :param links: where what is in the answer leads.
    """
    fields = ["Cache-Control", "Content-Length", "ETag"]
    if ranges:
        fields += ["Accept-Ranges", "Last-Modified"]
    responses: dict[str, Any] = {
        "200": _response(description, *fields, content={media_type: {}}),
        "304": _response("Not modified: what the client has is right.", "Cache-Control", "ETag"),
        "401": _response("The app wants a login first."),
        "403": _response("This may not be had: the app or the signature says so."),
        "404": _response("There is nothing at this address, or nothing that may be seen."),
        "412": _response("The client asked for another version."),
        "503": _response("It cannot be had just now.", "Retry-After"),
    }
    if query:
        responses["400"] = _response("A parameter is wrong; the text says which, and why.")
    request_fields = dict(_REQUEST_FIELDS)
    if not conditional:
        request_fields.clear()
        for status in ("304", "404", "412"):
            del responses[status]
        del responses["200"]["headers"]["ETag"]
    if ranges:
        request_fields |= _RANGE_FIELDS
        responses["206"] = _response(
            "The ranges asked for.",
            *fields,
            "Content-Range",
            content={media_type: {}, "multipart/byteranges": {}},
        )
        responses["429"] = _response("This client has too many transfers.", "Retry-After")
        responses["416"] = _response("No range asked for lies in the media.", "Content-Range")
    if leads_to_folders:
        responses["308"] = _response("It is a folder, whose page is elsewhere.", "Location")
    if media_type == "application/json":
        for status in responses.keys() - {"200", "304", "412"}:  # these have no body
            responses[status]["content"] = {problem.MEDIA_TYPE: {"schema": _PROBLEM}}
    parameters = [
        {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}
        for name, text in request_fields.items()
    ]

    def decorator(view: T) -> T:
        setattr(view, _ATTRIBUTE, (parameters, responses, links))
        return view

    return decorator


def _response(description: str, *fields: str, content: dict[str, Any] | None = None) -> Any:
    response: dict[str, Any] = {"description": description}
    if fields:
        response["headers"] = {
            name: {"description": _FIELDS[name], "schema": {"type": "string"}} for name in fields
        }
    if content is not None:
        response["content"] = content
    return response


def describe_binary_routes(app: Quart) -> None:
    """Have the OpenAPI document of *app* tell what our routes send, should it have one.

    ``QuartSchema(app)`` may come before or after us: what is not there yet is there by the first
    request.
    """
    if _install(app):
        return

    async def first_request(_: Quart, **__: object) -> None:
        request_started.disconnect(first_request, app)
        _install(app)

    request_started.connect(first_request, app, weak=False)


def _install(app: Quart) -> bool:
    """Wrap the provider's ``build_paths``, once."""
    extension = app.extensions.get("QUART_SCHEMA")
    if extension is None:
        return False
    provider = extension.openapi_provider
    if hasattr(provider, _ATTRIBUTE):
        return True
    build_paths = provider.build_paths

    def build_described_paths(rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
        paths, components = build_paths(rule)
        noted = getattr(app.view_functions[rule.endpoint], _ATTRIBUTE, None)
        return (_described(paths, rule.endpoint, *noted) if noted else paths), components

    provider.build_paths = build_described_paths
    setattr(provider, _ATTRIBUTE, True)
    return True


def _described(
    paths: dict[str, Any],
    endpoint: str,
    parameters: list[Any],
    responses: dict[str, Any],
    links: Sequence[Link],
) -> dict[str, Any]:
    mount = endpoint.rpartition(".")[0]
    described = {}
    for path, operations in paths.items():
        for method, operation in operations.items():
            # Several mounts have the same views: only the endpoint tells their operations apart.
            name = _operation(endpoint) + ("_folder" if _FOLDER in path else "")
            operation["operationId"] = f"{method}_{name}"
            operation["parameters"] = [*operation["parameters"], *parameters]
            operation["responses"] = _merged(operation["responses"], responses)
            if links:
                operation["responses"]["200"]["links"] = {
                    link.view: {
                        "operationId": f"{method}_{_operation(mount, link.view)}",
                        "description": link.description,
                        "parameters": dict(link.parameters),
                    }
                    for link in links
                }
        # The slash behind a folder belongs to the converter, which a path template cannot show.
        described[path.replace(_FOLDER, _FOLDER + "/")] = operations
    return described


def _operation(*endpoint: str) -> str:
    """Return what the operation of an endpoint is called, behind its method."""
    return ".".join(endpoint).replace(".", "_")


def _merged(documented: dict[Any, Any], responses: dict[str, Any]) -> dict[str, Any]:
    """Lay what quart-schema knows, the schema of a JSON answer, over what we know."""
    merged = {status: dict(response) for status, response in responses.items()}
    for status, response in documented.items():
        known = merged.setdefault(str(status), {})
        known["content"] = response["content"]
        known.setdefault("description", response["description"])
    return merged
