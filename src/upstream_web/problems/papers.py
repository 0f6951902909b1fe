"""Papers about plans: the whole plan, a brief for a meeting, the sheet of a partnership meeting.

Each is one document of the engine's, read from the plan as far as the reader's access goes, and laid out by the engine
as a page or a PDF. What people typed is data in it, never markup.
"""

import datetime
from collections.abc import Iterable, Sequence
from itertools import groupby

from django.db.models import Sum, prefetch_related_objects

from upstream.reports.document import (
    Block,
    Bullets,
    Cell,
    Chart,
    Column,
    Document,
    Facts,
    Paragraph,
    Row,
    Runs,
    Section,
    Table,
    Text,
)
from upstream_web.design.environment import day
from upstream_web.problems.access import PlanAccess
from upstream_web.problems.engine import records_of
from upstream_web.problems.in_words import known_of
from upstream_web.problems.models import Action, Answer, Marking, NamedAssessment, Objective, Plan, Response
from upstream_web.problems.presenters import question_groups
from upstream_web.problems.queries import Meeting, actions_of, decision_wanted, late_change

HANDLING = "For those who work on this plan. Keep it as its marking asks; do not leave it where others can read it."
HANDLING_MEETING = "For those who attend. Nothing marked OFFICIAL-SENSITIVE is on this sheet."
BRIEF_WORDS = 60
BRIEF_ROWS = 4


def plan_paper(plan: Plan, access: PlanAccess) -> Document:
    """The whole plan, as far as the reader sees it."""
    makers = {
        Plan.Stage.SCANNING: _scanning,
        Plan.Stage.ANALYSIS: _analysis,
        Plan.Stage.RESPONSE: _response,
        Plan.Stage.ASSESSMENT: _assessment,
    }
    sections = [
        Section(stage, stage.label, sections=_numbered(stage, make(plan, access)))
        for stage, make in makers.items()
        if stage in access.reads
    ]
    if access.whole:
        sections.append(Section("supervision", "Supervision", sections=_numbered("supervision", _supervision(plan))))
    marks = [action.marking for action in _actions(plan, access)] if Plan.Stage.RESPONSE in access.reads else []
    return _document(plan, "Problem-solving plan", tuple(sections), "paper", marks)


def brief(plan: Plan, access: PlanAccess) -> Document:
    """One page for a meeting: the problem, the figures, what is done, what is asked."""
    sections = [Section("problem", "The problem", tuple(_paragraphs(_clipped(plan.problem) or "Not written yet.")))]
    figures = _brief_figures(plan, access)
    if figures:
        sections.append(Section("figures", "In the records", figures))
    marks: list[str] = []
    if Plan.Stage.RESPONSE in access.reads:
        actions = [one for one in _actions(plan, access) if one.state in (Action.State.TO_DO, Action.State.BLOCKED)]
        marks = [one.marking for one in actions[:BRIEF_ROWS]]
        objectives = tuple((Text(_clipped(one.what)),) for one in plan.objectives.all()[:BRIEF_ROWS])
        responses = tuple((Text(one.title),) for one in plan.responses.all()[:BRIEF_ROWS])
        blocks = [Bullets(objectives, "To reach")] if objectives else []
        blocks += [Bullets(responses, "Being done")] if responses else []
        sections.append(Section("response", "The response", tuple(blocks) or (_none("No response yet."),)))
        sections.append(Section("actions", "Next actions", (_actions_table(actions[:BRIEF_ROWS]),)))
    sections.append(Section("asked", "What is asked of this meeting", (Paragraph((Text(_asked(plan)),)),)))
    return _document(plan, "Brief", tuple(sections), "sheet", marks)


def meeting_sheet(meeting: Meeting) -> Document:
    """Agenda and action sheet: plans to decide, then each organisation's open actions."""
    agenda = Table(
        "agenda",
        "Plans to decide",
        (Column("Plan", "text", wide=True), Column("Owner", "text"), Column("To decide", "text", wide=True)),
        tuple(
            _row(f"{plan.ref} {plan.title}", f"{plan.owner.name}, {plan.team.name}", words)
            for plan, words in meeting.to_decide
        ),
    )
    by_body = tuple(
        _actions_table(list(rows), of_body=name)
        for name, rows in groupby(meeting.actions, key=lambda action: action.organisation.name)
    )
    late = sum(action.is_overdue for action in meeting.actions)
    facts = (
        ("Area", (Text(meeting.area.name),)),
        ("Date", (Text(day(meeting.on)),)),
        ("Open actions", (Text(f"{len(meeting.actions)}, of which {late} overdue"),)),
    )
    return Document(
        title="Partnership meeting: agenda and actions",
        force=meeting.area.name,
        period=day(meeting.on),
        subtitle=day(meeting.on),
        marking=Marking.OFFICIAL.label,
        handling=HANDLING_MEETING,
        created=_moment(datetime.datetime.combine(meeting.on, datetime.time(), datetime.UTC)),
        sections=(
            Section("agenda", "Agenda", (agenda,) if meeting.to_decide else (_none("No plan waits for a decision."),)),
            Section("actions", "Open actions by organisation", by_body or (_none("None."),)),
        ),
        facts=facts,
        layout="paper",
    )


# --- parts of the whole plan ------------------------------

Part = tuple[str, list[Block]]
"""A heading within a stage, and what stands under it."""


def _numbered(stage: str, parts: Iterable[Part]) -> tuple[Section, ...]:
    return tuple(Section(f"{stage}-{at}", title, tuple(blocks)) for at, (title, blocks) in enumerate(parts))


def _scanning(plan: Plan, access: PlanAccess) -> Iterable[Part]:
    prefetch_related_objects([plan], "answers")  # each stage of the paper asks for its own
    yield from _answers(plan, Plan.Stage.SCANNING)
    yield from _records(plan, access, Plan.Stage.SCANNING, "Demand, harm and cost, from records")


def _analysis(plan: Plan, access: PlanAccess) -> Iterable[Part]:
    yield from _answers(plan, Plan.Stage.ANALYSIS)
    yield from _records(plan, access, Plan.Stage.ANALYSIS, "When, where and who again, from records")
    columns = (
        Column("Hypothesis", "text", wide=True),
        Column("What would test it", "text", wide=True),
        Column("Found", "text", wide=True),
        Column("State", "text"),
    )
    rows = tuple(
        _row(one.statement, one.test, one.finding or "Not yet", one.get_state_display())
        for one in plan.hypotheses.all()
    )
    yield "Hypotheses", [Table("hypotheses", "Possible causes", columns, rows) if rows else _none("None yet.")]


def _response(plan: Plan, access: PlanAccess) -> Iterable[Part]:
    yield "Objectives", [_objectives_table(list(plan.objectives.all()))]
    responses = plan.responses.select_related("card", "organisation").annotate(delivered=Sum("deliveries__amount"))
    yield "Responses", [Facts(tuple(_response_facts(one))) for one in responses] or [_none("None yet.")]
    yield from _answers(plan, Plan.Stage.RESPONSE)
    yield "Actions", [_actions_table(_actions(plan, access))]


def _assessment(plan: Plan, access: PlanAccess) -> Iterable[Part]:
    rows = list(plan.named_assessments.select_related("area"))
    named = rows[0] if rows else None
    yield (
        "How it will be judged",
        [_named_facts(named, late_change(rows)) if named else _none("Not named yet.")],
    )
    results = [
        _facts(
            ("Verdict", result.get_verdict_display()),
            ("Done as planned?", result.process),
            ("What happened", result.outcome),
            ("Residents", result.community),
            ("Lesson", result.lesson),
            ("Decision", result.get_decision_display()),
        )
        for result in plan.results.all()
    ]
    yield "What came of it", results or [_none("Not written yet.")]
    yield from _answers(plan, Plan.Stage.ASSESSMENT)


def _named_facts(named: NamedAssessment, late: NamedAssessment | None) -> Facts:
    changed = f"On {day(late.made_at)}, after it had begun: {late.reason or 'no reason was given'}" if late else ""
    locked = f"Locked on {day(named.locked_at)}" if named.locked_at else "Not locked until the plan is approved"
    return _facts(
        ("Outcome measure", named.measure),
        ("Where", named.area.name),
        ("Compared with", named.comparison),
        ("Before", f"{day(named.before_from)} to {day(named.before_to)}"),
        ("After", f"{day(named.after_from)} to {day(named.after_to)}"),
        *known_of(named),
        ("Smallest effect worth having", f"{named.smallest_effect:g}%"),
        ("Named before it starts", locked),
        ("Changed after it began", changed),
    )


def _supervision(plan: Plan) -> Iterable[Part]:
    scores = [
        (f"Scored {day(one.at)}", f"{one.total} of 24, {one.get_colour_display().lower()}")
        for one in plan.scores.all()[:3]
    ]
    if scores:
        yield "Scores", [_facts(*scores)]
    steps = tuple(
        (Text(f"{day(one.at)}: {one.get_to_status_display()}{f'. {one.comment}' if one.comment else ''}"),)
        for one in plan.status_records.all()
    )
    yield "Steps", [Bullets(steps) if steps else _none("No step has been taken yet.")]
    reviews = tuple((Text(f"{day(one.held_on)}: {one.text}"),) for one in plan.reviews.all())
    if reviews:
        yield "Reviews", [Bullets(reviews)]


def _records(plan: Plan, access: PlanAccess, stage: str, title: str) -> Iterable[Part]:
    row = plan.slices.first()
    if row is None:
        yield title, [_none("Nothing is counted from records yet.")]
        return
    versions = ", ".join(f"{table} version {version}" for table, version in row.data_versions.items())
    when = Paragraph((Text(f"Counted on {day(row.made_at)} from {versions}."),))
    first, *others = records_of(row, stage, public=not access.whole)
    yield title, [when, *first.blocks]
    for one in others:
        yield one.title, list(one.blocks)


def _answers(plan: Plan, stage: str) -> Iterable[Part]:
    for group in question_groups(plan, stage):
        said = [
            (question.label, _said(answer))
            for question, answer in group.rows
            if answer and (answer.text or answer.yes is not None)
        ]
        if said:
            yield group.title, [_facts(*said)]


def _said(answer: Answer) -> str:
    yes = {True: "Yes. ", False: "No. ", None: ""}[answer.yes]
    return f"{yes}{answer.text}{f' Rests on: {answer.evidence}' if answer.evidence else ''}"


# --- parts of the brief ------------------------------


def _brief_figures(plan: Plan, access: PlanAccess) -> tuple[Block, ...]:
    """Demand and the chart of months: what the brief's reader asks first."""
    row = plan.slices.first()
    if row is None:
        return ()
    public, found = not access.whole, []
    if Plan.Stage.SCANNING in access.reads:
        (demand,) = records_of(row, Plan.Stage.SCANNING, public=public)
        found += [Facts(one.items[:2]) for one in demand.blocks if isinstance(one, Facts)]
    if Plan.Stage.ANALYSIS in access.reads:
        analysis = records_of(row, Plan.Stage.ANALYSIS, public=public)[0]
        found += [one for one in analysis.blocks if isinstance(one, Chart)][:1]
    return tuple(found)


def _asked(plan: Plan) -> str:
    return decision_wanted(plan) or "To know of it, and to say what each partner can add."


# --- blocks ------------------------------


def _document(plan: Plan, kind: str, sections: tuple[Section, ...], layout: str, marks: Iterable[str]) -> Document:
    sensitive = Marking.SENSITIVE in (plan.marking, *marks)
    facts = (
        ("Area and place", (Text(f"{plan.area.name}{f', {plan.place}' if plan.place else ''}"),)),
        ("Owner", (Text(f"{plan.owner.name}, {plan.team.name}"),)),
        ("Lead organisation", (Text(plan.lead.name),)),
        ("Stands at", (Text(f"{plan.get_status_display()}. {plan.get_stage_display()}"),)),
        ("Score", (Text(plan.get_colour_display() if plan.colour else "Not scored"),)),
        ("Next review", (Text(day(plan.next_review_on) or "None set"),))
        if plan.is_open
        else ("Ended on", (Text(day(plan.closed_on)),)),
    )
    return Document(
        title=plan.title,
        force=plan.ref,
        period=day(plan.changed_at),
        subtitle=f"{kind.lower()}, as it stood on {day(plan.changed_at)}",
        marking=(Marking.SENSITIVE if sensitive else Marking.OFFICIAL).label,
        handling=HANDLING,
        created=_moment(plan.changed_at),
        sections=sections,
        facts=facts,
        layout=layout,
    )


def _moment(at: datetime.datetime) -> datetime.datetime:
    return at.astimezone(datetime.UTC).replace(microsecond=0)


def _actions(plan: Plan, access: PlanAccess) -> list[Action]:
    return [action for action in actions_of(plan) if access.sees(action.marking)]


def _actions_table(actions: Sequence[Action], *, of_body: str = "") -> Block:
    if not actions:
        return _none("No open actions.")
    columns = (
        Column("Action", "text", wide=True),
        Column("Who", "text", wide=not of_body),  # a name alone stays on one line
        Column("Due", "text"),
        Column("State", "text", wide=True),
    )
    rows = tuple(_row(_what(one, of_body), _who(one, of_body), day(one.due_on), _state(one)) for one in actions)
    return Table(
        f"actions-{actions[0].pk}", f"Actions of {of_body}" if of_body else "By the day they are due", columns, rows
    )


def _what(action: Action, of_body: str) -> str:
    return f"{action.plan.ref}/{action.number} {action.title}" if of_body else f"{action.number}. {action.title}"


def _who(action: Action, of_body: str) -> str:
    person = action.owner.name if action.owner else action.owner_name or "Nobody named"
    return person if of_body else f"{person}, {action.organisation.name}"


def _state(action: Action) -> str:
    late = "Overdue. " if action.is_overdue else ""
    return f"{late}{action.get_state_display()}{f': {action.blocker}' if action.blocker else ''}"


def _objectives_table(objectives: Sequence[Objective]) -> Block:
    if not objectives:
        return _none("None yet.")
    columns = (
        Column("What will change", "text", wide=True),
        Column("Measure", "text", wide=True),
        Column("Now"),
        Column("To reach"),
        Column("By", "text"),
    )
    rows = tuple(
        _row(one.what, one.measure, _number(one.baseline), _number(one.target), day(one.by_when)) for one in objectives
    )
    return Table("objectives", "What will change, and by when", columns, rows)


def _number(value: float | None) -> str:
    return "not set" if value is None else f"{value:g}"


def _response_facts(response: Response) -> Iterable[tuple[str, Runs]]:
    planned = response.dose_planned
    dose = f"{response.delivered or 0:g} of {planned:g} {response.dose_unit} delivered" if planned else ""
    said = (
        ("Response", response.title),
        ("How it should work", response.mechanism),
        ("By", response.organisation.name),
        ("Evidence", f"{response.card.title}: {response.card.get_effect_display()}" if response.card else "None cited"),
        ("Side and tier", f"{response.get_side_display()}. {response.get_tier_display()}"),
        ("Dose", dose),
        ("Cost", f"£{response.cost:,.2f}" if response.cost is not None else ""),
        ("Where it might go", response.displacement),
        ("Consent or authority", response.consent),
    )
    return ((label, (Text(words),)) for label, words in said if words)


def _facts(*items: tuple[str, str]) -> Facts:
    return Facts(tuple((label, (Text(_line(words)),)) for label, words in items if words))


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> Cell:
    return Cell((Text(_line(text)),))


def _row(*words: str) -> Row:
    return Row(tuple(_cell(one) for one in words))


def _none(words: str) -> Paragraph:
    return Paragraph((Text(words),))


def _paragraphs(text: str) -> Iterable[Paragraph]:
    return (Paragraph((Text(line.strip()),)) for line in text.split("\n") if line.strip())


def _clipped(text: str) -> str:
    words = text.split()
    return " ".join(words[:BRIEF_WORDS]) + (" …" if len(words) > BRIEF_WORDS else "")
