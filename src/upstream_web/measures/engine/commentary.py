"""Words as the site keeps them, as the commentary that the engine reads."""

from __future__ import annotations

from pathlib import Path

from upstream.reports.commentary import SECTIONS, Commentary, Override
from upstream_web.measures.models import Words

_FIELDS = dict(zip(("meaning", "next_steps", "action"), SECTIONS.values(), strict=True))
NO_AUTHOR = "A post still to be named"


def as_commentary(words: Words) -> Commentary:
    """The same words for the engine; every section counts its lines from one."""
    override = None
    if words.likelihood is not None:
        override = Override(words.likelihood / 100, words.likelihood_by, words.likelihood_reason)
    day = getattr(words, "written_at", None) or words.saved_at
    texts = ((title, "\n".join(getattr(words, name).splitlines()), 1) for name, title in _FIELDS.items())
    return Commentary(
        Path(words.measure),
        words.measure,
        words.author or NO_AUTHOR,
        day.date(),
        tuple(one for one in texts if one[1].strip()),
        override,
    )
