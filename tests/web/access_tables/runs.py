"""Long work: one's own, and the kinds that a permission opens; files and a second try are for whoever asked."""

from django.core.files.base import ContentFile

from factories.access import ELSEWHERE, OPENS, Row, World, admits, anywhere, areas, everybody, to_all
from factories.runs import RunFactory
from upstream_web.measures.changes import CALCULATE, PAPER
from upstream_web.reports.changes import MAKE
from upstream_web.runs.models import Run


def world() -> World:
    people = everybody(*areas())
    officer, analyst = people["neighbourhood_officer"], people["analyst"]
    paper, calculation = RunFactory(kind=PAPER, asked_by=officer), RunFactory(kind=CALCULATE, asked_by=officer)
    making = RunFactory(kind=MAKE, asked_by=analyst)
    for run in (paper, calculation, making):
        run.file.save("paper.pptx", ContentFile(b"slides"))
    Run.objects.update(file_name="paper.pptx")
    return World(people, {"paper": paper.pk, "calculation": calculation.pk, "making": making.pk})


ASKED = "neighbourhood_officer"
READERS = anywhere("neighbourhood_officer", "supervisor", "hub", "analyst", "performance_lead", "commissioner")
REVIEWERS = anywhere("analyst", "performance_lead")
A_PAPER, A_CALCULATION, A_MAKING = {"pk": "paper"}, {"pk": "calculation"}, {"pk": "making"}

ROWS = [
    Row("runs:index", to_all()),
    Row("runs:run", admits(ASKED), A_PAPER),
    Row("runs:run", admits(*READERS), A_CALCULATION),
    Row("runs:run", admits(*REVIEWERS), A_MAKING),
    *(Row("runs:file", admits(ASKED, found=OPENS), what) for what in (A_PAPER, A_CALCULATION)),
    Row("runs:file", admits("analyst"), A_MAKING),
    *(Row("runs:again", admits(ASKED, found=ELSEWHERE), what) for what in (A_PAPER, A_CALCULATION)),
    Row("runs:again", admits("analyst", found=ELSEWHERE), A_MAKING),
]
