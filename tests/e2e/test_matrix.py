from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.matrix import LONG, is_odd, left_to_the_matrix, outcome


@dataclass(frozen=True, slots=True)
class Case:
    status: int
    fields: tuple[tuple[str, str], ...]


@pytest.mark.parametrize(
    ("value", "odd"),
    [
        ("bytes=0-4", False),
        ("", True),
        ("bytes=0-\xb2", True),
        ("a\tb", True),
        ("..%2fsecret", True),
        ("9" * LONG, True),
        (b"/videos/\0clip.mp4", True),
        (b"/videos/clip.mp4", False),
        (["bytes=0-4", "5-9"], False),
        (["bytes=0-4", ""], True),
        (200, False),
        (None, False),
        (Case(304, (("If-Match", '"a"'), ("Range", "bytes=0-4"))), False),
        (Case(200, (("If-Match", '"a"'), ("If-Match", '"b"'))), True),
        (Case(200, (("If-Match", '"\xe9"'),)), True),
    ],
)
def test_what_is_odd(value: Any, odd: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_odd(value) is odd


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"value": "x"}, ""),
        ({"value": "x", "status": 416}, "416"),
        ({"expected": "200"}, "200"),
        ({"expected": (0, 5)}, "tuple"),
        ({"expected": [(0, 5), (9, 10)]}, "list"),
        ({"case": Case(304, ())}, "304"),
    ],
)
def test_outcomes(parameters: dict[str, Any], expected: str) -> None:
    assert outcome(parameters) == expected


@pytest.mark.parametrize("odd", [True, False])
def test_one_server_is_asked_all_and_the_others_each_outcome_once(odd: bool) -> None:  # noqa: FBT001 - a parameter of the table
    cases = [("a", 200), ("b", 200), ("c\xe9", 200), ("d", 416), ("e", 416)]
    table = [
        ("test", {"peer": peer, "value": value, "status": status}, odd)
        for peer in ("uvicorn", "granian-h2")
        for value, status in cases
    ]
    assert left_to_the_matrix(table) == [False] * 5 + [False, True, not odd, False, True]


def test_each_table_is_one_of_its_own() -> None:
    table = [
        (test, {"front": "nginx-granian", "path": path}, True) for test in "xy" for path in "ab"
    ]
    assert left_to_the_matrix(table) == [False, True, False, True]
