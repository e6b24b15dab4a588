"""What is remembered, up to a number of bytes: whatever anyone asks, it takes no more memory.

Rule 1: a bound counts bytes, of the keys too, and what it costs to keep each. A number of entries
is no bound where somebody else chooses how long they are.
Rule 2: both may be used by several threads at once.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from sys import getsizeof
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_EACH = 200
"""Bytes that a dictionary takes for one entry beside its key and its value, at most."""
_PAIR = getsizeof((0, 0))


class Memo(dict[K, V], Generic[K, V]):
    """Remembers what a pure function makes of its argument, to be looked up as ``memo[argument]``.

    What is known is found as fast as in any dictionary. When it is full, all of it is forgotten.

    :param function: what is remembered of.
    :param most: bytes that it may take.
    """

    def __init__(self, function: Callable[[K], V], most: int) -> None:
        super().__init__()
        self._function = function
        self._most = most
        self._lock = threading.Lock()
        self.size = 0
        """Bytes that it takes."""

    def __missing__(self, key: K) -> V:
        value = self._function(key)
        longest = self._most // 64  # what takes more would take the place of too many
        if type(key) in _LEAVES and type(value) in _LEAVES:  # as in a scan, of each that is new
            size = _PAIR + getsizeof(key) + getsizeof(value) + _EACH
        else:
            size = size_of((key, value), enough=longest) + _EACH
        if size > longest:
            return value
        with self._lock:
            if key not in self:
                if self.size + size > self._most:
                    self.clear()
                    self.size = 0
                self[key] = value
                self.size += size
        return value


class BoundedCache(Generic[K, V]):
    """Keeps values by their keys. What has not been used for longest goes first.

    :param most: bytes that it may take.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self.size = 0
        """Bytes that it takes."""

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: K) -> V | None:
        """Return the value of *key*, ``None`` where there is none."""
        with self._lock:
            found = self._known.get(key)
            if found is None:
                return None
            self._known.move_to_end(key)
            return found[0]

    def of(self, key: K, make: Callable[[], V]) -> V:
        """Return the value of *key*, which is kept if it is made now."""
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
                return found[0]
        value = make()
        self.put(key, value)
        return value

    def put(self, key: K, value: V, size: int | None = None) -> None:
        """Keep *value* in the place of another one with this *key*, if it is not too big by itself.

        :param size: bytes that *value* takes, ``None``: what :func:`size_of` says.
        """
        size = size_of(key) + (size_of(value) if size is None else size) + _EACH
        with self._lock:
            self._take(key)
            if size > self._most:
                return
            self._known[key] = value, size
            self.size += size
            while self.size > self._most:
                _, (_, oldest) = self._known.popitem(last=False)
                self.size -= oldest

    def remove(self, key: K) -> None:
        """Forget one."""
        with self._lock:
            self._take(key)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._known.clear()
            self.size = 0

    def _take(self, key: K) -> None:
        found = self._known.pop(key, None)
        if found is not None:
            self.size -= found[1]


_LEAVES = frozenset((str, bytes, int, float, bool, type(None)))
_ROWS = (tuple, list, set, frozenset)


def size_of(value: Any, *, enough: float = math.inf) -> int:
    """Return the bytes that *value* takes with all that is in it, each counted where it is found.

    It knows of texts, numbers, tuples, lists, sets, dictionaries and dataclasses.

    :param enough: bytes of which it makes no difference how many more there are.
    """
    total = 0
    ahead = [value]
    while ahead and total <= enough:
        one = ahead.pop()
        total += getsizeof(one)
        kind = type(one)
        if kind in _LEAVES:
            continue
        if isinstance(one, _ROWS):
            ahead += one
        elif isinstance(one, dict):
            ahead += one
            ahead += one.values()
        else:
            ahead += [getattr(one, name) for name in _names(kind)]
    return total


_known: dict[type, tuple[str, ...]] = {}  # of as many as there are classes


def _names(kind: type) -> tuple[str, ...]:
    names = _known.get(kind)
    if names is None:
        names = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
        _known[kind] = names
    return names
