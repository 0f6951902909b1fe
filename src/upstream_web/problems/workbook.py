"""Plans and actions of a workbook: what its columns may hold, and what would become of each row. Nothing is written."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from upstream_web.intake.engine import Sheet, SheetRow
from upstream_web.intake.judged import Judged
from upstream_web.intake.mapping import Columns, Field, Part
from upstream_web.intake.models import Row
from upstream_web.intake.queries import held_keys
from upstream_web.intake.values import day
from upstream_web.people.access import Standing, standing
from upstream_web.people.models import Organisation, Team, User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.places.queries import areas_with_plans
from upstream_web.problems.forms.plans import CRIME_TYPES
from upstream_web.problems.models import Action, Marking, Plan
from upstream_web.problems.queries import (
    accounts_by_name,
    actions_held,
    organisations_by_name,
    refs_held,
    teams_by_name,
)

KIND = "plans"
LONGEST_REF = 100

PLANS = Part(
    "plans",
    "Plans",
    ("plan", "problem", "psp", "pop"),
    (
        Field(
            "ref",
            "Reference",
            ("ref", "ref no", "plan ref", "reference", "plan number", "number", "id", "urn"),
            needed=True,
            hint="Tells a plan that came in before from a new one.",
        ),
        Field("title", "Title", ("title", "plan title", "plan name", "name", "problem", "plan"), needed=True),
        Field("area", "Area", ("area", "lpa", "policing area", "district", "sector", "beat"), needed=True),
        Field("place", "Place", ("place", "location", "street", "address", "ward")),
        Field(
            "crime_types", "Crime type", ("crime type", "crime types", "crime", "offence", "offence type", "category")
        ),
        Field("owner", "Owner", ("owner", "plan owner", "oic", "officer", "lead officer", "assigned to")),
        Field("team", "Team", ("team", "unit", "npt", "snt")),
        Field("status", "Status", ("status", "state", "plan status")),
        Field("stage", "Stage", ("stage", "sara stage", "sara", "phase")),
        Field("colour", "Colour", ("rag", "colour", "color", "rag status", "rating", "score")),
        Field("marking", "Marking", ("marking", "gsc", "classification", "protective marking")),
        Field(
            "opened", "Opened", ("opened", "date opened", "start date", "started", "created", "date created", "open")
        ),
        Field("closed", "Closed", ("closed", "date closed", "ended", "end date")),
        Field("review", "Review due", ("review due", "review date", "next review", "review")),
        Field("problem", "Description", ("description", "problem statement", "summary", "details")),
        Field("objective", "Objective", ("objective", "objectives", "aim", "aims", "goal")),
        Field("objective_measure", "Measure of the objective", ("measure", "outcome measure", "success measure")),
        Field("objective_by", "Objective by", ("objective by", "target date", "by when")),
    ),
)
ACTIONS = Part(
    "actions",
    "Actions",
    ("action", "task"),
    (
        Field("plan", "Reference of its plan", ("plan ref", "plan", "ref", "reference", "plan number"), needed=True),
        Field("title", "Action", ("action", "title", "task", "what"), needed=True),
        Field("owner", "Owner", ("owner", "action owner", "who", "assigned to", "officer")),
        Field("organisation", "Organisation", ("organisation", "organization", "agency", "partner", "body")),
        Field("due", "Due", ("due", "due date", "due by", "by when", "deadline", "target date"), needed=True),
        Field("state", "State", ("state", "status", "progress")),
        Field("done", "Done on", ("done on", "date done", "completed", "completed on", "date completed")),
        Field("blocker", "What stands in the way", ("blocker", "blocked by", "barrier")),
    ),
)
PARTS = (PLANS, ACTIONS)

STATUSES = {
    Plan.Status.DRAFT: ("", "draft", "new", "not started"),
    Plan.Status.SUBMITTED: ("submitted", "with the supervisor", "awaiting approval"),
    Plan.Status.RETURNED: ("returned", "returned with comments"),
    Plan.Status.ACTIVE: ("active", "open", "live", "ongoing", "in progress", "approved", "approved and under way"),
    Plan.Status.ASSESSING: ("assessing", "being assessed", "in assessment"),
    Plan.Status.CLOSED: ("closed", "complete", "completed", "finalised", "finished"),
    Plan.Status.WITHDRAWN: ("withdrawn", "cancelled", "canceled", "stopped"),
}
STATES = {
    Action.State.TO_DO: ("", "to do", "open", "outstanding", "ongoing", "in progress", "not started"),
    Action.State.BLOCKED: ("blocked", "blocked, overdue", "stuck", "on hold"),
    Action.State.DONE: ("done", "complete", "completed", "closed"),
    Action.State.DROPPED: ("dropped", "cancelled", "canceled", "withdrawn"),
}
COLOURS = {"red": ("red", "r"), "amber": ("amber", "a", "yellow"), "green": ("green", "g"), "": ("", "not scored")}
MARKINGS = {
    Marking.OFFICIAL: ("", "official", "o", "not protectively marked"),
    Marking.SENSITIVE: ("official-sensitive", "official sensitive", "official - sensitive", "o-s", "os", "sensitive"),
}


@dataclass(slots=True)
class Reading:
    """One row while it is read: each getter takes a field, keeps what is wrong, and goes on to the next.

    reasons : why the row is refused
    notes : what a person should know of it
    """

    row: SheetRow
    columns: Columns
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self, key: str, most: int = 0, *, needed: str = "") -> str:
        """The cell of a field; refused when it is longer than `most`, or empty though `needed`, which says so."""
        found = self.row.cells.get(self.columns.get(key, ""), "")
        if needed and not found:
            self.reasons.append(needed)
        if most and len(found) > most:
            self.reasons.append(f"{self.columns[key]} has {len(found)} characters; {most} are allowed.")
        return found

    def day(self, key: str) -> datetime.date | None:
        """The day in a cell."""
        text = self.text(key)
        try:
            return day(text) if text else None
        except ValueError as error:
            self.reasons.append(f"{self.columns[key]}: {error}")
            return None

    def word(self, key: str, words: Mapping[str, Sequence[str]]) -> str:
        """The value that a cell's word stands for."""
        text = " ".join(self.text(key).split())
        for value, known in words.items():
            if text.lower() in known:
                return value
        allowed = ", ".join(known[1] for known in words.values() if len(known) > 1)
        self.reasons.append(f"{self.columns[key]} says “{text}”, which is not known. Known are: {allowed}.")
        return next(iter(words))


@dataclass(frozen=True, slots=True)
class Known:
    """What rows may name, read once for a whole workbook.

    areas, teams, organisations, people : by name (and code, or e-mail address) in lower case; several where shared
    held : names of plans that are held, in lower case
    actions : reference, title and day of actions of held plans
    """

    by: User
    who: Standing
    areas: Mapping[str, list[Area]]
    teams: Mapping[str, list[Team]]
    organisations: Mapping[str, list[Organisation]]
    people: Mapping[str, list[User]]
    held: frozenset[str]
    actions: frozenset[tuple[str, str, datetime.date]]


def judged(by: User, sheets: Mapping[str, Sheet], columns: Mapping[str, Columns]) -> list[Judged]:
    """What would become of every row of a workbook, plans first."""
    plans = [Reading(row, columns["plans"]) for row in sheets["plans"].rows]
    actions = [Reading(row, columns["actions"]) for row in sheets["actions"].rows] if "actions" in sheets else []
    known = _known(by, {_ref(one, "ref") for one in plans} | {_ref(one, "plan") for one in actions})
    times = Counter(_ref(one, "ref").lower() for one in plans)
    rows = [_plan(one, known, times) for one in plans]
    by_ref = {row.key.lower(): row for row in rows if row.fate == Row.Fate.ACCEPTED}
    refused = {row.key.lower() for row in rows if row.fate == Row.Fate.QUARANTINED}
    seen: set[tuple[str, str, datetime.date | None]] = set()
    return rows + [_action(one, known, by_ref, refused, seen) for one in actions]


def _known(by: User, refs: Iterable[str]) -> Known:
    refs = {ref for ref in refs if ref}
    plans = refs_held(refs) | held_keys(KIND, {ref.lower() for ref in refs})
    return Known(
        by=by,
        who=standing(by),
        areas=_by_word(areas_with_plans(), lambda area: (area.name, area.code)),
        teams=teams_by_name(),
        organisations=organisations_by_name(),
        people=accounts_by_name(),
        held=frozenset(plans),
        actions=actions_held(plans),
    )


def _ref(reading: Reading, key: str) -> str:
    return reading.row.cells.get(reading.columns.get(key, ""), "")


def _by_word(rows: Iterable[Any], words: Callable[[Any], Sequence[str]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        for word in dict.fromkeys(word.lower() for word in words(row)):
            found.setdefault(word, []).append(row)
    return found


def _plan(reading: Reading, known: Known, times: Counter[str]) -> Judged:
    ref = reading.text("ref", LONGEST_REF, needed="It has no reference, so it could come in twice. Give it one.")
    title = reading.text("title", 160, needed="It has no title. Say what the problem is.")
    if reading.row.broken:
        reading.reasons = [reading.row.broken]
    elif ref.lower() in known.held:
        return _as_judged("plans", reading, Row.Fate.ALREADY_HELD, ref, title)
    elif times[ref.lower()] > 1 and ref:
        reading.reasons.append(f"Reference {ref} stands on {times[ref.lower()]} rows. Keep one, or tell them apart.")
    values: dict[str, Any] = {"title": title, "place": reading.text("place", 160), "problem": reading.text("problem")}
    values |= _whose(reading, known) | _course(reading, known) | _aims(reading)
    values["crime_types"] = _crime_types(reading)
    colour = reading.word("colour", COLOURS)
    if colour:
        reading.notes.append(f"Colour in the workbook: {colour}. It is not a score: nobody has scored the plan here.")
    if reading.text("stage"):
        reading.notes.append(f"Stage in the workbook: {reading.text('stage')}.")
    fate = Row.Fate.QUARANTINED if reading.reasons else Row.Fate.ACCEPTED
    return _as_judged("plans", reading, fate, ref, title, values)


def _whose(reading: Reading, known: Known) -> dict[str, Any]:
    """Area, owner and team."""
    area = _one(reading, "area", known.areas, needed=True)
    if area and not known.who.allows(Permission.PLAN_IMPORT, area):
        reading.reasons.append(f"You may not bring plans of {area} in. Ask somebody whose role covers it.")
    owner = _person(reading, known)
    if owner is None:
        reading.notes.append("You own it until you give it to somebody.")
    team = _one(reading, "team", known.teams)
    if not reading.text("team"):
        memberships = (*(owner.memberships_today if owner else ()), *known.who.memberships)
        team = memberships[0].team
    return {"area": area, "owner": owner or known.by, "team": team}


def _one(reading: Reading, key: str, known: Mapping[str, list[Any]], *, needed: bool = False) -> Any:
    text = reading.text(key, needed=f"It has no {key}. Give its name or code." if needed else "")
    found = known.get(text.lower(), [])
    if text and len(found) != 1:
        how = "is not known here" if not found else f"stands for {len(found)} of them"
        reading.reasons.append(f"{reading.columns[key]} says “{text}”, which {how}.")
    return found[0] if len(found) == 1 else None


def _person(reading: Reading, known: Known) -> User | None:
    text = reading.text("owner")
    found = known.people.get(text.lower(), [])
    if text and len(found) != 1:
        how = "has no account here" if not found else f"is the name of {len(found)} people here"
        reading.notes.append(f"Owner “{text}” {how}.")
    return found[0] if len(found) == 1 else None


def _course(reading: Reading, known: Known) -> dict[str, Any]:
    """Status, marking and days."""
    today = timezone.localdate()
    status = reading.word("status", STATUSES)
    marking = reading.word("marking", MARKINGS)
    if marking == Marking.SENSITIVE and not known.who.allows(Permission.SENSITIVE_READ):
        reading.reasons.append("It is marked OFFICIAL-SENSITIVE, which your role does not let you read.")
    opened, closed, review = reading.day("opened"), reading.day("closed"), reading.day("review")
    if opened is None and not reading.text("opened"):
        reading.notes.append("The workbook does not say when it was opened: the day it came in is shown.")
    opened = opened or today
    if opened > today:
        reading.reasons.append(f"It is opened on {opened:%d/%m/%Y}, which is still to come.")
    ended = status in Plan.ENDED
    if ended and closed is None and not reading.text("closed"):
        reading.reasons.append("It has ended, but not on any day. Give the day it was closed.")
    if closed and (closed < opened or closed > today):
        reading.reasons.append(f"It is closed on {closed:%d/%m/%Y}, before it was opened or still to come.")
    if closed and not ended:
        reading.reasons.append("It has a day it was closed, but its status says that it goes on.")
    if review and review < opened:
        reading.reasons.append(f"Its review is due on {review:%d/%m/%Y}, before it was opened.")
    if reading.text("stage").lower() == "assessment" and status == Plan.Status.ACTIVE:
        status = Plan.Status.ASSESSING
    return {"status": status, "marking": marking, "on": opened, "closed_on": closed, "next_review_on": review}


def _aims(reading: Reading) -> dict[str, Any]:
    """The objective, where a day by which it is to be reached is known; else it is kept in a note."""
    what, by_when = reading.text("objective"), reading.day("objective_by")
    if what and by_when is None:
        reading.notes.append(f"Objective in the workbook: {what} (no day to reach it by).")
        return {"objective": None}
    measure = reading.text("objective_measure", 160) or "Not named in the workbook"
    return {"objective": {"what": what, "measure": measure, "by_when": by_when} if what else None}


def _crime_types(reading: Reading) -> list[str]:
    ours = {name.lower(): name for name in CRIME_TYPES}
    given = [word.strip() for word in reading.text("crime_types").replace("\n", ";").split(";") if word.strip()]
    unknown = [word for word in given if word.lower() not in ours]
    if unknown:
        reading.notes.append(f"Crime type in the workbook: {'; '.join(unknown)}. Choose one of ours on the details.")
    return [ours[word.lower()] for word in given if word.lower() in ours]


def _action(
    reading: Reading,
    known: Known,
    plans: Mapping[str, Judged],
    refused: set[str],
    seen: set[tuple[str, str, datetime.date | None]],
) -> Judged:
    ref = reading.text("plan", LONGEST_REF, needed="It does not say which plan it belongs to.")
    title = reading.text("title", 200, needed="It does not say what is to be done.")
    due = reading.day("due")
    key = (ref.lower(), title.lower(), due)
    if reading.row.broken:
        reading.reasons = [reading.row.broken]
    elif key in known.actions:
        return _as_judged("actions", reading, Row.Fate.ALREADY_HELD, ref, title)
    elif ref.lower() in known.held:
        reading.reasons.append(f"Plan {ref} is held already. Add the action on the plan's own page.")
    elif ref.lower() in refused:
        reading.reasons.append(f"Plan {ref} is refused. Mend the plan first.")
    elif ref and ref.lower() not in plans:
        reading.reasons.append(f"There is no plan {ref} in the workbook.")
    if key in seen and not reading.reasons:
        reading.reasons.append("The same action of the plan, due on the same day, stands on another row.")
    seen.add(key)
    if due is None and not reading.text("due"):
        reading.reasons.append("It has no day by which it is due.")
    values = {"title": title, "due_on": due} | _progress(reading) | _doer(reading, known)
    fate = Row.Fate.QUARANTINED if reading.reasons else Row.Fate.ACCEPTED
    return _as_judged("actions", reading, fate, ref, title, values)


def _progress(reading: Reading) -> dict[str, Any]:
    state, done, blocker = reading.word("state", STATES), reading.day("done"), reading.text("blocker")
    if state == Action.State.DONE and done is None and not reading.text("done"):
        reading.reasons.append("It is done, but not on any day. Give the day it was done, or leave it open.")
    if state == Action.State.BLOCKED and not blocker:
        reading.reasons.append("It is blocked, but by nothing. Say what stands in the way.")
    is_done, is_blocked = state == Action.State.DONE, state == Action.State.BLOCKED
    return {"state": state, "done_on": done if is_done else None, "blocker": blocker if is_blocked else ""}


def _doer(reading: Reading, known: Known) -> dict[str, Any]:
    owner, text = _person(reading, known), reading.text("owner", 120)
    named = "" if owner else text
    organisation = _one(reading, "organisation", known.organisations)
    return {"owner": owner, "owner_name": named, "owner_email": _address(named), "organisation": organisation}


def _address(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text


def _as_judged(
    part: str, reading: Reading, fate: str, ref: str, title: str, values: Mapping[str, Any] | None = None
) -> Judged:
    accepted = fate == Row.Fate.ACCEPTED
    return Judged(
        part=part,
        number=reading.row.number,
        key=ref,
        label=title,
        fate=fate,
        reasons=tuple(reading.reasons) if fate == Row.Fate.QUARANTINED else (),
        notes=tuple(reading.notes) if accepted else (),
        values=values or {} if accepted else {},
        cells=reading.row.cells,
    )
