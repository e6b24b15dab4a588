"""RFC 9110 section 13: each condition, and which of them counts."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given

from quart_video.http import MediaFacts, RequestFacts
from quart_video.http.preconditions import Outcome, evaluate, range_applies
from tests.http import strategies
from tests.http.make import (
    ASCTIME,
    EARLIER,
    IMF,
    LATER,
    MODIFIED,
    NOW,
    RFC850,
    WEAK,
    a_media,
    a_request,
)

PROCEED, NOT_MODIFIED, FAILED = Outcome.PROCEED, Outcome.NOT_MODIFIED, Outcome.FAILED
NO_TAG: dict[str, Any] = {"etag": None}
NO_DATE: dict[str, Any] = {"modified": None}
FUTURE = "Fri, 31 Dec 9999 23:59:59 GMT"

NOT_A_DATE = [
    pytest.param("", id="empty"),
    pytest.param("yesterday", id="word"),
    pytest.param("0", id="zero"),
    pytest.param(f"{LATER}, {LATER}", id="two-members"),
    pytest.param(f"{EARLIER}, {EARLIER}", id="two-early-members"),
    pytest.param("Sun, 06 Nov 99999999 08:49:37 GMT", id="huge-year"),
    pytest.param("Sun, 06 Nov 1994 08:49:37 +99999999", id="huge-offset"),
    pytest.param('"v1"', id="entity-tag"),
]

IF_MATCH = [
    pytest.param('"v1"', {}, PROCEED, id="13.1.1-match"),
    pytest.param('"v2"', {}, FAILED, id="13.1.1-no-match"),
    pytest.param('"v0", "v1"', {}, PROCEED, id="13.1.1-match-in-list"),
    pytest.param('"v0","v1","v2"', {}, PROCEED, id="13.1.1-match-in-list-without-spaces"),
    pytest.param('"v0", "v2"', {}, FAILED, id="13.1.1-no-match-in-list"),
    pytest.param(', "v1" ,', {}, PROCEED, id="13.1.1-empty-elements"),
    pytest.param('"v0,v1"', {}, FAILED, id="13.1.1-commas-in-tag"),
    pytest.param('"x","v1","y"', {"etag": None}, FAILED, id="13.1.1-media-without-tag"),
    pytest.param("*", {}, PROCEED, id="13.1.1-star"),
    pytest.param("*", NO_TAG, PROCEED, id="13.1.1-star-media-without-tag"),
    pytest.param('W/"v1"', {}, FAILED, id="13.1.1-weak-in-request"),
    pytest.param('"v1"', {"etag": WEAK}, FAILED, id="13.1.1-weak-media"),
    pytest.param('W/"v1"', {"etag": WEAK}, FAILED, id="13.1.1-both-weak"),
    pytest.param("*", {"etag": WEAK}, PROCEED, id="13.1.1-star-weak-media"),
    pytest.param('W/"v1", "v1"', {}, PROCEED, id="13.1.1-weak-and-strong"),
    pytest.param('"V1"', {}, FAILED, id="13.1.1-case-sensitive"),
    pytest.param("v1", {}, FAILED, id="13.1.1-unquoted"),
    pytest.param('"v1', {}, FAILED, id="13.1.1-unclosed"),
    pytest.param('"v1" "v2"', {}, FAILED, id="13.1.1-no-comma"),
    pytest.param('"v1", nonsense', {}, FAILED, id="13.1.1-half-malformed"),
    pytest.param('*, "v1"', {}, FAILED, id="13.1.1-star-in-a-list"),
    pytest.param("", {}, FAILED, id="13.1.1-empty"),
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize(("value", "facts", "expected"), IF_MATCH)
def test_if_match(method: str, value: str, facts: dict[str, Any], expected: Outcome) -> None:
    assert evaluate(a_request(method, if_match=value), a_media(**facts)) is expected


IF_NONE_MATCH = [
    pytest.param('"v1"', {}, NOT_MODIFIED, id="13.1.2-match"),
    pytest.param('"v2"', {}, PROCEED, id="13.1.2-no-match"),
    pytest.param('"v0", "v1"', {}, NOT_MODIFIED, id="13.1.2-match-in-list"),
    pytest.param('"v0","v1","v2"', {}, NOT_MODIFIED, id="13.1.2-match-in-list-without-spaces"),
    pytest.param('"v0", "v2"', {}, PROCEED, id="13.1.2-no-match-in-list"),
    pytest.param(', "v1" ,', {}, NOT_MODIFIED, id="13.1.2-empty-elements"),
    pytest.param('"v0,v1"', {}, PROCEED, id="13.1.2-commas-in-tag"),
    pytest.param('"a,b", "v1"', {}, NOT_MODIFIED, id="13.1.2-match-behind-commas-in-tag"),
    pytest.param('"v1"', NO_TAG, PROCEED, id="13.1.2-media-without-tag"),
    pytest.param("*", {}, NOT_MODIFIED, id="13.1.2-star"),
    pytest.param("*", NO_TAG, NOT_MODIFIED, id="13.1.2-star-media-without-tag"),
    pytest.param('W/"v1"', {}, NOT_MODIFIED, id="13.1.2-weak-in-request"),
    pytest.param('"v1"', {"etag": WEAK}, NOT_MODIFIED, id="13.1.2-weak-media"),
    pytest.param('W/"v1"', {"etag": WEAK}, NOT_MODIFIED, id="13.1.2-both-weak"),
    pytest.param('W/"v2"', {}, PROCEED, id="13.1.2-weak-no-match"),
    pytest.param('"V1"', {}, PROCEED, id="13.1.2-case-sensitive"),
    pytest.param("v1", {}, PROCEED, id="13.1.2-unquoted"),
    pytest.param('w/"v1"', {}, PROCEED, id="13.1.2-lower-case-weak"),
    pytest.param('"v1', {}, PROCEED, id="13.1.2-unclosed"),
    pytest.param('*, "v2"', {}, PROCEED, id="13.1.2-star-in-a-list"),
    pytest.param('"*"', {}, PROCEED, id="13.1.2-star-in-quotes"),
    pytest.param("", {}, PROCEED, id="13.1.2-empty"),
]


@pytest.mark.parametrize(("value", "facts", "expected"), IF_NONE_MATCH)
def test_if_none_match(value: str, facts: dict[str, Any], expected: Outcome) -> None:
    media = a_media(**facts)
    assert evaluate(a_request(if_none_match=value), media) is expected
    assert evaluate(a_request("HEAD", if_none_match=value), media) is expected
    # 304 is for GET and HEAD alone (section 13.1.2)
    otherwise = FAILED if expected is NOT_MODIFIED else PROCEED
    assert evaluate(a_request("PUT", if_none_match=value), media) is otherwise


IF_MODIFIED_SINCE = [
    pytest.param(IMF, {}, NOT_MODIFIED, id="13.1.3-equal"),
    pytest.param(RFC850, {}, NOT_MODIFIED, id="13.1.3-equal-rfc850"),
    pytest.param(ASCTIME, {}, NOT_MODIFIED, id="13.1.3-equal-asctime"),
    pytest.param(LATER, {}, NOT_MODIFIED, id="13.1.3-later"),
    pytest.param(EARLIER, {}, PROCEED, id="13.1.3-earlier"),
    pytest.param(FUTURE, {}, NOT_MODIFIED, id="13.1.3-future"),
    pytest.param(IMF, NO_TAG, NOT_MODIFIED, id="13.1.3-media-without-tag"),
    pytest.param(FUTURE, NO_DATE, PROCEED, id="13.1.3-media-without-date"),
    pytest.param(LATER, {"modified": NOW + 9}, PROCEED, id="13.1.3-media-from-the-future"),
]


@pytest.mark.parametrize(("value", "facts", "expected"), IF_MODIFIED_SINCE)
def test_if_modified_since(value: str, facts: dict[str, Any], expected: Outcome) -> None:
    media = a_media(**facts)
    assert evaluate(a_request(if_modified_since=value), media) is expected
    assert evaluate(a_request("HEAD", if_modified_since=value), media) is expected
    for method in ("POST", "PUT", "DELETE", "PATCH"):  # ignored on any other
        assert evaluate(a_request(method, if_modified_since=value), media) is PROCEED


IF_UNMODIFIED_SINCE = [
    pytest.param(IMF, {}, PROCEED, id="13.1.4-equal"),
    pytest.param(RFC850, {}, PROCEED, id="13.1.4-equal-rfc850"),
    pytest.param(ASCTIME, {}, PROCEED, id="13.1.4-equal-asctime"),
    pytest.param(LATER, {}, PROCEED, id="13.1.4-later"),
    pytest.param(EARLIER, {}, FAILED, id="13.1.4-earlier"),
    pytest.param(FUTURE, {}, PROCEED, id="13.1.4-future"),
    pytest.param(EARLIER, NO_TAG, FAILED, id="13.1.4-media-without-tag"),
    pytest.param(EARLIER, NO_DATE, PROCEED, id="13.1.4-media-without-date"),
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize(("value", "facts", "expected"), IF_UNMODIFIED_SINCE)
def test_if_unmodified_since(
    method: str, value: str, facts: dict[str, Any], expected: Outcome
) -> None:
    assert evaluate(a_request(method, if_unmodified_since=value), a_media(**facts)) is expected


@pytest.mark.parametrize("value", NOT_A_DATE)
def test_what_is_no_date_is_ignored(value: str) -> None:
    assert evaluate(a_request(if_modified_since=value), a_media()) is PROCEED
    assert evaluate(a_request(if_unmodified_since=value), a_media()) is PROCEED


# What makes each condition true and false, to be combined.
MATCH = {True: '"v1"', False: '"v2"', None: None}
UNMODIFIED = {True: IMF, False: EARLIER, None: None}
NONE_MATCH = {True: '"v2"', False: '"v1"', None: None}
MODIFIED_SINCE = {True: EARLIER, False: IMF, None: None}
EITHER = (True, False, None)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
@pytest.mark.parametrize(
    ("match", "unmodified", "none_match", "modified"),
    list(itertools.product(EITHER, repeat=4)),
)
def test_order(
    *,
    method: str,
    match: bool | None,
    unmodified: bool | None,
    none_match: bool | None,
    modified: bool | None,
) -> None:
    """The steps of section 13.2.2, spelled out: all 81 combinations."""
    request = RequestFacts(
        method,
        NOW,
        if_match=MATCH[match],
        if_unmodified_since=UNMODIFIED[unmodified],
        if_none_match=NONE_MATCH[none_match],
        if_modified_since=MODIFIED_SINCE[modified],
    )
    first = match if match is not None else unmodified  # steps 1 and 2
    second = none_match  # step 3
    if none_match is None and method != "PUT":
        second = modified  # step 4
    if first is False:
        expected = FAILED
    elif second is False:
        expected = FAILED if method == "PUT" else NOT_MODIFIED
    else:
        expected = PROCEED
    assert evaluate(request, a_media()) is expected


BESIDE = [
    pytest.param(
        {"if_match": "*", "if_unmodified_since": EARLIER}, PROCEED, id="13.1.4-beside-star"
    ),
    pytest.param(
        {"if_match": "nonsense", "if_unmodified_since": LATER}, FAILED, id="13.1.4-beside-malformed"
    ),
    pytest.param(
        {"if_none_match": "nonsense", "if_modified_since": LATER},
        PROCEED,
        id="13.1.3-beside-malformed",
    ),
    pytest.param(
        {"if_none_match": "", "if_modified_since": LATER}, PROCEED, id="13.1.3-beside-empty"
    ),
    pytest.param({"if_match": "*", "if_none_match": "*"}, NOT_MODIFIED, id="13.2.2-both-stars"),
    pytest.param(
        {"if_match": '"v1"', "if_none_match": '"v1"'}, NOT_MODIFIED, id="13.2.2-match-and-none"
    ),
    pytest.param(
        {"if_match": '"v1"', "if_modified_since": LATER}, NOT_MODIFIED, id="13.2.2-steps-1-and-4"
    ),
    pytest.param(
        {"if_unmodified_since": LATER, "if_none_match": '"v1"'},
        NOT_MODIFIED,
        id="13.2.2-steps-2-and-3",
    ),
]


@pytest.mark.parametrize(("fields", "expected"), BESIDE)
def test_beside_each_other(fields: dict[str, str], expected: Outcome) -> None:
    assert evaluate(a_request(**fields), a_media()) is expected


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT"])
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"if_match": '"v2"'}, id="13.2.1-if-match"),
        pytest.param({"if_unmodified_since": EARLIER}, id="13.2.1-if-unmodified-since"),
        pytest.param({"if_none_match": "*"}, id="13.2.1-if-none-match"),
        pytest.param({"if_modified_since": LATER}, id="13.2.1-if-modified-since"),
    ],
)
def test_ignored_where_no_representation_is_selected(method: str, fields: dict[str, str]) -> None:
    assert evaluate(a_request(method, **fields), a_media()) is PROCEED


IF_RANGE = [
    pytest.param('"v1"', {}, True, id="13.1.5-tag-matches"),
    pytest.param('"v2"', {}, False, id="13.1.5-tag-does-not"),
    pytest.param('W/"v1"', {}, False, id="13.1.5-weak-in-request"),
    pytest.param('"v1"', {"etag": WEAK}, False, id="13.1.5-weak-media"),
    pytest.param('W/"v1"', {"etag": WEAK}, False, id="13.1.5-both-weak"),
    pytest.param('"v1"', NO_TAG, False, id="13.1.5-media-without-tag"),
    pytest.param('"v1", "v1"', {}, False, id="13.1.5-list"),
    pytest.param('"v1",', {}, False, id="13.1.5-list-of-one"),
    pytest.param("*", {}, False, id="13.1.5-star"),
    pytest.param("v1", {}, False, id="13.1.5-unquoted"),
    pytest.param('"v1', {}, False, id="13.1.5-unclosed"),
    pytest.param("", {}, False, id="13.1.5-empty"),
    pytest.param("nonsense", {}, False, id="13.1.5-nonsense"),
    pytest.param(IMF, {}, True, id="13.1.5-date-equal"),
    pytest.param(RFC850, {}, True, id="13.1.5-date-equal-rfc850"),
    pytest.param(ASCTIME, {}, True, id="13.1.5-date-equal-asctime"),
    pytest.param(IMF, NO_TAG, True, id="13.1.5-date-media-without-tag"),
    pytest.param(LATER, {}, False, id="13.1.5-date-later"),
    pytest.param(EARLIER, {}, False, id="13.1.5-date-earlier"),
    pytest.param(FUTURE, {}, False, id="13.1.5-date-future"),
    pytest.param(IMF, NO_DATE, False, id="13.1.5-date-media-without-date"),
    pytest.param(f"{IMF}, {IMF}", {}, False, id="13.1.5-two-dates"),
    pytest.param("Sun, 06 Nov 99999999 08:49:37 GMT", {}, False, id="13.1.5-huge-year"),
]


@pytest.mark.parametrize(("value", "facts", "expected"), IF_RANGE)
def test_if_range(*, value: str, facts: dict[str, Any], expected: bool) -> None:
    assert range_applies(a_request(if_range=value), a_media(**facts)) is expected


def test_no_if_range() -> None:
    assert range_applies(a_request(), a_media())


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(MODIFIED - 1, False, id="8.8.2.2-before-it"),
        pytest.param(MODIFIED, False, id="8.8.2.2-within-the-second"),
        pytest.param(MODIFIED + 1, True, id="8.8.2.2-when-the-second-is-over"),
    ],
)
def test_a_date_is_strong_when_its_second_is_over(*, now: int, expected: bool) -> None:
    assert range_applies(a_request(now=now, if_range=IMF), a_media()) is expected


@given(strategies.questions())
def test_anything(question: tuple[RequestFacts, MediaFacts]) -> None:
    request, media = question
    outcome = evaluate(request, media)
    assert outcome is not NOT_MODIFIED or request.method in ("GET", "HEAD")
    assert isinstance(range_applies(request, media), bool)
