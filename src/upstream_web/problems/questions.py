"""The questions of a plan, read from `questions.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("questions.toml")
HELP = Path(__file__).with_name("help.toml")
GROUPS = {
    "cheers": "Is it a problem? The six CHEERS questions",
    "background": "Background",
    "pattern": "The pattern and its causes",
    "triangle": "Problem analysis triangle",
    "partners": "Partners",
    "fairness": "Fairness and voice",
    "delivery": "Delivery",
}


CHEERS = ("community", "harmful", "expectation", "events", "recurring", "similarity")


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    key : name in the file and in `Answer.question`
    stage, group : where it is asked
    label, hint : its words
    sizes : sizes of plan on which it is asked
    yes : whether it also asks for yes or no
    """

    key: str
    stage: str
    group: str
    label: str
    hint: str
    sizes: tuple[str, ...]
    yes: bool = False


@cache
def questions() -> tuple[Question, ...]:
    """All questions, in the order of the file."""
    rows = tomllib.loads(FILE.read_text("utf-8"))
    return tuple(Question(key=key, **{**row, "sizes": tuple(row["sizes"])}) for key, row in rows.items())


def questions_for(stage: str, size: str) -> tuple[Question, ...]:
    """The questions of a stage on a size of plan."""
    return tuple(question for question in questions() if question.stage == stage and size in question.sizes)


def questions_of_one_page() -> tuple[Question, ...]:
    """The questions without whose answers no plan is sent: those of a beat plan's one page."""
    wanted = {*CHEERS, "why"}
    return tuple(question for question in questions() if question.key in wanted)


@dataclass(frozen=True, slots=True)
class Help:
    """Help in context.

    title : the words to open it by
    lines : its sentences
    words : keys of the glossary
    """

    title: str
    lines: tuple[str, ...]
    words: tuple[str, ...]


@cache
def help_with(what: str) -> Help:
    """The help of a stage or a form."""
    row = tomllib.loads(HELP.read_text("utf-8"))[what]
    return Help(row["title"], tuple(row["lines"]), tuple(row["words"]))


@cache
def stage_of(key: str) -> str:
    """The stage at which a question is asked."""
    return next(question.stage for question in questions() if question.key == key)
