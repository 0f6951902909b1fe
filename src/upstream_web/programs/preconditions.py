"""Which state of a thing a program read: the validator that we send (ETag), and the one that it sends back (If-Match).

A validator holds the thing's version and a digest of the whole answer, which may change without it: an action becomes
overdue at midnight. In If-Match the version alone counts, because it is the version that every write moves on.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

_VERSION = re.compile(r'"(\d{1,10})-[0-9a-f]{16}"')


def etag(answer: Mapping[str, Any]) -> str:
    """The validator of an answer that has a `version`."""
    words = json.dumps(answer, sort_keys=True, default=str)
    return f'"{answer["version"]}-{hashlib.sha256(words.encode()).hexdigest()[:16]}"'


def version_in(if_match: str, present: int) -> int:
    """The version that an If-Match names: the present one when it is among several, and 0, which nothing has, where
    none is ours."""
    named = [int(version) for version in _VERSION.findall(if_match)]
    return present if present in named else next(iter(named), 0)
