"""A chosen set of measures as slides and as a Word file, for a meeting."""

from collections.abc import Callable

from upstream_web.measures.engine.paper import Paper
from upstream_web.measures.papers.slides import as_slides
from upstream_web.measures.papers.word import as_word

MAKERS: dict[str, Callable[[Paper], bytes]] = {"pptx": as_slides, "docx": as_word}
