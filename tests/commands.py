"""Commands as somebody types them."""

from __future__ import annotations

from upstream.cli.main import main


def ended(*arguments: object) -> int:
    """What a command ends with."""
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0
