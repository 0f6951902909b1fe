"""Pseudonyms of people: HMAC-SHA256 of the force's identifier, keyed with a secret that is never beside the data.

The same identifier under the same key always gives the same pseudonym, so one person is one person in every table;
without the key nobody can work back from a list of identifiers. The store remembers a fingerprint of the key (the HMAC
of a constant, which reveals nothing of it), so that a second key cannot silently split every person in two.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from upstream.errors import BadInput

PATTERN: Final = "[0-9a-f]{64}"
"""What a pseudonym looks like: 64 hexadecimal digits in lower case."""

SHORTEST_KEY: Final = 16
"""Bytes; a shorter secret can be guessed."""

FEWEST_DIFFERENT: Final = 8
"""Different bytes in a key; sixteen spaces are long enough and no secret."""

_BLOCK: Final = 64
_FINGERPRINT_OF: Final = b"upstream: fingerprint of the key of pseudonyms"


def pseudonym(identifier: str, person_key: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) of an identifier without its outer spaces, as 64 hexadecimal digits."""
    return hmac.new(person_key, identifier.strip().encode(), hashlib.sha256).hexdigest()


def fingerprint(person_key: bytes) -> str:
    """What the store remembers of a key: 16 hexadecimal digits that tell two keys apart and reveal neither."""
    return hmac.new(person_key, _FINGERPRINT_OF, hashlib.sha256).hexdigest()[:16]


def check_key(person_key: bytes | None, table: str) -> bytes:
    """The key, or a refusal that says what to do.

    Raises
    ------
    BadInput
        No key was given, or it is too short or too simple.
    """
    remedy = (
        "Set the secret in the environment of the one who adds (UPSTREAM_PERSON_KEY), the same for every add, and"
        ' keep it away from the store; or, for codes keyed before, say pseudonyms = "already keyed" in the mapping.'
    )
    if person_key is None:
        raise BadInput(f"{table} holds identifiers of people and no key for their pseudonyms was given.", remedy=remedy)
    if len(person_key) < SHORTEST_KEY:
        raise BadInput(
            f"The key for pseudonyms has {len(person_key)} bytes.",
            allowed=f"{SHORTEST_KEY} bytes or more",
            remedy=remedy,
        )
    if len(set(person_key)) < FEWEST_DIFFERENT:
        raise BadInput(
            "The key for pseudonyms repeats itself and can be guessed.",
            allowed=f"{FEWEST_DIFFERENT} different bytes or more: best 32 random ones",
            remedy=remedy,
        )
    return person_key


def pads(person_key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer pad of the HMAC (RFC 2104): what DuckDB needs to work it out for itself."""
    key = hashlib.sha256(person_key).digest() if len(person_key) > _BLOCK else person_key
    padded = key.ljust(_BLOCK, b"\0")
    return bytes(octet ^ 0x36 for octet in padded), bytes(octet ^ 0x5C for octet in padded)


def pseudonym_sql(text: str, inner: str, outer: str) -> str:
    """The same HMAC as SQL over an expression for the text and two that hold the pads; blank stays blank."""
    return f"sha256({outer} || unhex(sha256({inner} || encode({text}))))"
