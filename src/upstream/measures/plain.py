"""Results as plain JSON values and back, exactly: for the cache and for programs that read ``--json``.

Arrays become lists, months their text, definitions their keys; missing numbers stay NaN (``null`` for ``--json``).
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping
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
    if value is None or wanted in (str, int, float, bool):
        return value
    if wanted is Definition:
        return definitions[value]
    if wanted is Month:
        return Month.parse(value)
    origin = get_origin(wanted)
    if origin is np.ndarray:
        return np.array(value, dtype=np.float64)
    if origin is tuple:
        item = get_args(wanted)[0]
        return tuple(restored(item, one, definitions) for one in value)
    if origin is dict:
        item = get_args(wanted)[1]
        return {key: restored(item, one, definitions) for key, one in value.items()}
    if origin is Literal:
        return value
    if origin in (Union, types.UnionType):
        (inner,) = (one for one in get_args(wanted) if one is not type(None))
        return restored(inner, value, definitions)
    return wanted(**{name: restored(kind, value[name], definitions) for name, kind in _hints(wanted).items()})


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in _fields(kind)}
