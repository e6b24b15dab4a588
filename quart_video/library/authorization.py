"""Who may have what: the app's own function is asked, and whatever is not a clear yes is a no."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from quart import Request, current_app
from werkzeug.exceptions import HTTPException

logger = logging.getLogger("quart_video")


class Access(Enum):
    """What an ``authorize`` function may answer."""

    ALLOW = "allow"
    """It is there. ``True`` says the same."""
    HIDE = "hide"
    """For this request it does not exist: 404. ``False`` says the same."""
    REFUSE = "refuse"
    """It must not be had: 403. In listings it is left out, as what is hidden."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A video or a folder that a request is about."""

    path: str
    """Below the media root; of the root itself ``""``. Nothing need be there."""
    is_folder: bool
    mount: str
    """Full name of the blueprint as registered, ``"video"`` by default."""


Answer = Access | bool
Authorize = Callable[[Request, Resource], Answer | Awaitable[Answer]]
AuthorizeMany = Callable[
    [Request, Sequence[Resource]], Sequence[Answer] | Awaitable[Sequence[Answer]]
]
Verdict = Access | HTTPException
"""What became of one question. An exception of HTTP is how the app itself would refuse it."""

_VERDICTS = {True: Access.ALLOW, False: Access.HIDE}


class Authorizer:
    """Asks one function, or another one that takes many questions at once.

    Functions that are no coroutines run in a thread, all questions of one listing in a single go.
    """

    def __init__(self, one: Authorize | None = None, many: AuthorizeMany | None = None) -> None:
        self._one = one
        self._many = many

    async def judge(self, request: Request, resources: Sequence[Resource]) -> list[Verdict]:
        """Return a verdict for each of *resources*, in their order. Never raises."""
        try:
            answers = await self._answers(request, resources)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no yes
            answers = [error] * len(resources)
        problems = [answer for answer in answers if not isinstance(answer, _KNOWN)]
        if problems:
            _report(problems[0])
        return [_verdict(answer) for answer in answers]

    async def _answers(self, request: Request, resources: Sequence[Resource]) -> list[Any]:
        """Return what was answered or raised, for each."""
        if self._many is not None:
            call: Any = current_app.ensure_async(self._many)
            answers = list(await _result(await call(request, resources)))
            if len(answers) != len(resources):
                raise ValueError(f"{len(answers)} answers to {len(resources)} questions")
            return answers
        one: Any = self._one
        if inspect.iscoroutinefunction(one):
            return [await _caught(one(request, resource)) for resource in resources]
        # In one thread for all, as each way there costs more than most answers.
        call = current_app.ensure_async(_ask_all)
        return [await _caught(answer) for answer in await call(one, request, resources)]


def _ask_all(one: Any, request: Request, resources: Sequence[Resource]) -> list[Any]:
    return [_ask(one, request, resource) for resource in resources]


def _ask(one: Any, request: Request, resource: Resource) -> Any:
    try:
        return one(request, resource)
    except Exception as error:  # noqa: BLE001 - it stands for the answer
        return error


async def _caught(answer: Any) -> Any:
    try:
        return await _result(answer)
    except Exception as error:  # noqa: BLE001 - it stands for the answer
        return error


async def _result(answer: Any) -> Any:
    """Wait for an answer of a function that is no coroutine, and returns one."""
    return await answer if inspect.isawaitable(answer) else answer


_KNOWN = (Access, bool, HTTPException)


def _verdict(answer: object) -> Verdict:
    """Understand an answer. Nothing is allowed for being merely true."""
    if isinstance(answer, Access | HTTPException):
        return answer
    return _VERDICTS[answer] if isinstance(answer, bool) else Access.REFUSE


def _report(answer: object) -> None:
    if isinstance(answer, Exception):
        logger.error("The authorize function failed, so access is denied", exc_info=answer)
    else:
        logger.error("authorize has to return True, False or an Access, not %r", answer)
