"""Reports: drafts for those who make them; what is published for readers of measures; public ones for everybody."""

import hashlib

from django.core.files.base import ContentFile

from factories.access import (
    ABSENT,
    EVERYBODY,
    OPENS,
    REFUSED,
    TAKEN,
    Row,
    World,
    admits,
    anywhere,
    areas,
    everybody,
    to_all,
)
from factories.reports import ReportFactory
from upstream_web.reports.models import Report, ReportFile

State, Audience = Report.State, Report.Audience
HELD = {
    "draft": (State.DRAFT, Audience.INTERNAL),
    "public draft": (State.DRAFT, Audience.PUBLIC),
    "in review": (State.IN_REVIEW, Audience.PUBLIC),
    "signed off": (State.SIGNED_OFF, Audience.PUBLIC),
    "internal": (State.PUBLISHED, Audience.INTERNAL),
    "public": (State.PUBLISHED, Audience.PUBLIC),
    "superseded": (State.SUPERSEDED, Audience.PUBLIC),
}


def world() -> World:
    reports = {name: ReportFactory(state=state, audience=audience) for name, (state, audience) in HELD.items()}
    for report in reports.values():
        content = b"<p>words"
        row = ReportFile(report=report, kind="html", sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        row.file.save("x.html", ContentFile(content))
    kwargs = {name: report.pk for name, report in reports.items()}
    return World(everybody(*areas()), kwargs | {"kind": "html", "action": "publish", "no kind": "docx"})


MAKERS = anywhere("analyst", "performance_lead")
READERS = anywhere("neighbourhood_officer", "supervisor", "hub", "commissioner", "analyst", "performance_lead")
UNFINISHED = ("draft", "public draft", "in review", "signed off")
FORMS = ("make", "comment", "answer", "step")


def open_to(name: str) -> tuple[str, ...]:
    return {"internal": READERS, "superseded": READERS, "public": EVERYBODY[1:]}.get(name, MAKERS)


def published(name: str) -> dict:
    return to_all(anonymous=OPENS) if name == "public" else to_all(ABSENT, anonymous=ABSENT)


ROWS = [
    Row("reports:index", to_all()),
    Row("reports:new", admits(*MAKERS, others=REFUSED)),
    *(Row(f"reports:{page}", admits(*open_to(one)), {"pk": one}) for page in ("report", "file") for one in HELD),
    Row("reports:file", to_all(ABSENT), {"pk": "public", "kind": "no kind"}),
    *(
        Row(f"reports:{form}", admits(*MAKERS, found=TAKEN), {"pk": one})
        for form in FORMS
        for one in ("draft", "in review", "public")
    ),
    Row("reports:public_index", to_all(anonymous=OPENS)),
    *(Row(f"reports:public_{page}", published(one), {"pk": one}) for page in ("report", "file") for one in HELD),
]
