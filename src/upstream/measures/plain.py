"""Results as plain JSON values and back, exactly: for the cache and for programs that read ``--json``.

Arrays become lists, months their text, definitions their keys; missing numbers stay NaN (``null`` for ``--json``).
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from upstream.measures.definition import Definition
from upstream.periods import Month

_AS_THEY_ARE = frozenset({float, int, str, bool, type(None)})


def plain(value: Any) -> Any:
    """Nested dictionaries, lists, texts and numbers."""
    kind: Any = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is Month:
        return str(value)
    if kind is np.ndarray:
        return value.tolist()
    if kind in (tuple, list):
        return [plain(item) for item in value]
    if kind is Definition:
        return value.key
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    return {name: plain(getattr(value, name)) for name in _fields(kind)}


def without_nan(value: Any) -> Any:
    """The same with ``None`` for every number that is missing or not finite, as strict JSON wants."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    return value


def restored(wanted: Any, value: Any, definitions: Mapping[str, Definition]) -> Any:
    """The inverse of :func:`plain` for a value of type ``wanted``."""
    restore = _restorer(wanted)
    return value if restore is None else restore(value, definitions)


_Restorer = Callable[[Any, Mapping[str, Definition]], Any]


@cache
def _restorer(wanted: Any) -> _Restorer | None:
    """How values of a type are restored, worked out once a type; ``None``: as they are."""
    if wanted in _AS_THEY_ARE:
        return None
    if wanted is Definition:
        return lambda key, definitions: definitions[key]
    if wanted is Month:
        return lambda text, _: _month(text)
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin is Literal:
        return None
    if origin is np.ndarray:
        return lambda numbers, _: np.array(numbers, dtype=np.float64)
    if origin is tuple:
        return _of_items(_restorer(inner[0]))
    if origin is dict:
        return _of_dictionary(_restorer(inner[1]))
    if origin in (Union, types.UnionType):
        (other,) = (one for one in inner if one is not type(None))
        return _or_none(_restorer(other))
    return _of_fields(wanted)


def _of_items(restore: _Restorer | None) -> _Restorer:
    if restore is None:
        return lambda items, _: tuple(items)
    return lambda items, definitions: tuple([restore(item, definitions) for item in items])


def _of_dictionary(restore: _Restorer | None) -> _Restorer:
    if restore is None:
        return lambda items, _: dict(items)
    return lambda items, definitions: {key: restore(item, definitions) for key, item in items.items()}


def _or_none(restore: _Restorer | None) -> _Restorer | None:
    if restore is None:
        return None
    return lambda value, definitions: None if value is None else restore(value, definitions)


def _of_fields(wanted: Any) -> _Restorer:
    fields = [(name, _restorer(kind)) for name, kind in _hints(wanted).items()]

    def restore(value: Any, definitions: Mapping[str, Definition]) -> Any:
        return wanted(*[value[name] if own is None else own(value[name], definitions) for name, own in fields])

    return restore


# a result names the same few hundred months tens of thousands of times
_month = cache(Month.parse)


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in _fields(kind)}
