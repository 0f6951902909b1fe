"""Which account of the machine runs this: the system's word, which no variable of the environment can change."""

from __future__ import annotations

import os
import pwd


def account() -> str:
    """The name of the account, or its number where it has no name, as in a container."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
