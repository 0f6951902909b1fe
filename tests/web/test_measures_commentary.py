"""Commentary: every number bound, drafts kept, two writers lose nothing, every version there to read."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from factories.people import person
from fixtures_figures import MONTH
from upstream.measures.result import FORCE
from upstream.reports.commentary import NotBacked
from upstream_web.audit.models import AuditEvent
from upstream_web.measures import access, changes, queries
from upstream_web.measures.engine.words import references
from upstream_web.measures.models import Calculation, CommentaryDraft, CommentaryVersion
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission

pytestmark = pytest.mark.django_db
PAGE = f"/measures/{MONTH}/measure/crime_total/"
EDITOR = f"{PAGE}commentary/"
WRITER = (Permission.MEASURE_READ, Permission.COMMENTARY_WRITE)


@pytest.fixture
def writer() -> User:
    return person(*WRITER)


def typed(**words: Any) -> dict[str, Any]:
    return {"author": "Head of Crime", "meaning": "", "next_steps": "", "action": "", "base": 0, **words}


def words(page: Any) -> str:
    text = re.sub(r"</?(data|strong|q)\b[^>]*>", "", page.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("&#34;", '"')


def latest() -> float:
    found = access.figures_for_reading(person(Permission.MEASURE_READ), MONTH)
    return found.figures.bindings["crime_total"].result.series[FORCE].latest.value


def test_words_with_bound_figures_stand_on_the_page(client: Client, ready: Calculation, writer: User) -> None:
    client.force_login(writer)
    words_typed = typed(do="publish", meaning="It was {{this}} in the month.", action="Agree two more reviewers.")
    answer = client.post(EDITOR, words_typed)
    assert answer["Location"] == PAGE
    page = words(client.get(PAGE))
    assert f"It was {latest():,.0f} in the month." in page
    assert "Written by Head of Crime" in page
    assert "Agree two more reviewers." in page
    event = AuditEvent.objects.get(action="commentary.published")
    assert event.details["meaning"]["new"] == "It was {{this}} in the month."


@pytest.mark.parametrize(
    ("meaning", "line", "offered"),
    [
        ("Fine.\n\nIt was 999,999.", 3, '[999,999](source "name, date")'),
        ("It was {{nothing}}.", 1, "names measure"),
        ("It was {{this.Z}}.", 1, "names area"),
        ("[x](ftp://a.example)", 1, "only https addresses"),
    ],
)
def test_what_no_value_backs_is_refused_with_its_line_and_what_to_write(
    client: Client, ready: Calculation, writer: User, meaning: str, line: int, offered: str
) -> None:
    client.force_login(writer)
    answer = client.post(EDITOR, typed(do="publish", meaning=meaning))
    assert answer.status_code == 422
    assert f"Line {line}: " in words(answer)
    assert offered in words(answer)
    assert not CommentaryVersion.objects.exists()
    assert CommentaryDraft.objects.get().meaning == meaning


def test_a_number_near_a_figure_is_offered_the_figures_own_words(
    client: Client, ready: Calculation, writer: User
) -> None:
    client.force_login(writer)
    near = latest() + 1
    answer = words(client.post(EDITOR, typed(do="publish", meaning=f"It was {near:,.0f}.")))
    assert re.search(r"Write \{\{this[^}]*\}\} for ", answer)


def test_every_reference_offered_is_one_that_may_be_written(client: Client, ready: Calculation, writer: User) -> None:
    client.force_login(writer)
    found = access.figures_for_reading(writer, MONTH)
    offered = references(found.figures, "crime_total")
    assert len(offered) > 10
    answer = client.post(EDITOR, typed(do="publish", meaning="\n\n".join(one.written for one in offered)))
    assert answer.status_code == 302
    page = words(client.get(PAGE))
    for one in offered:
        assert one.figure.text in page


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ 7*7 }}", "{% if 1 %}", "${1}", "'; DROP TABLE x;--"])
def test_markup_and_template_syntax_are_never_more_than_text(
    client: Client, ready: Calculation, writer: User, text: str
) -> None:
    client.force_login(writer)
    page = client.post(EDITOR, typed(do="preview", meaning=text)).content.decode()
    assert "<script>alert" not in page
    assert "49" not in page[page.index('id="preview"') : page.index("references-title")]


def test_the_preview_keeps_the_draft_on_the_server(client: Client, ready: Calculation, writer: User) -> None:
    client.force_login(writer)
    answer = client.post(f"{EDITOR}preview/", typed(meaning="It was {{this}}."))
    assert f"It was {latest():,.0f}." in words(answer)
    assert "It was {{this}}." in client.get(EDITOR).content.decode()
    assert not CommentaryVersion.objects.exists()
    client.post(EDITOR, typed(do="drop"))
    assert not CommentaryDraft.objects.exists()


def test_two_writers_from_the_same_version_lose_neithers_words(
    client: Client, ready: Calculation, writer: User
) -> None:
    client.force_login(writer)
    client.post(EDITOR, typed(do="publish", meaning="First words."))
    other = person(*WRITER)
    client.force_login(other)
    answer = client.post(EDITOR, typed(do="publish", meaning="Other words."))
    assert answer.status_code == 409
    assert "First words." in words(answer)
    assert "Other words." in words(answer)
    assert CommentaryDraft.objects.get(person=other).meaning == "Other words."
    assert queries.commentary_on("crime_total", MONTH).meaning == "First words."
    base = re.search(r'name="base" value="(\d+)"', answer.content.decode())[1]
    assert base == "1"
    assert client.post(EDITOR, typed(do="publish", meaning="Both words.", base=base)).status_code == 302
    numbers = CommentaryVersion.objects.order_by("number").values_list("number", "meaning")
    assert list(numbers) == [(1, "First words."), (2, "Both words.")]
    page = words(client.get(f"{EDITOR}versions/"))
    assert "Version 2" in page
    assert "First words." in page


def test_the_database_itself_lets_one_of_two_simultaneous_writers_win(ready: Calculation, writer: User) -> None:
    version = {"measure": "crime_total", "month": MONTH, "number": 1, "written_by": writer}
    CommentaryVersion.objects.create(**version)
    with pytest.raises(IntegrityError), transaction.atomic():
        CommentaryVersion.objects.create(**version)


def test_the_change_itself_refuses_what_is_not_backed_and_what_was_overtaken(ready: Calculation, writer: User) -> None:
    figures = access.figures_for_reading(writer, MONTH).figures
    given = {"figures": figures, "measure": "crime_total", "by": writer}
    fields = {"author": "A", "meaning": "It was 999,999.", "next_steps": "", "action": "", "likelihood": None}
    with pytest.raises(NotBacked, match="999,999"):
        changes.publish_commentary(words=fields, base=0, **given)
    changes.publish_commentary(words={**fields, "meaning": "Fine."}, base=0, **given)
    for base in (0, 5):
        with pytest.raises(changes.Overtaken):
            changes.publish_commentary(words={**fields, "meaning": "Late."}, base=base, **given)


def test_a_likelihood_of_ones_own_needs_a_name_and_a_reason_and_shows_both(
    client: Client, ready: Calculation, writer: User
) -> None:
    client.force_login(writer)
    address = f"/measures/{MONTH}/measure/satisfaction_burglary/"
    given = typed(do="publish", meaning="Better soon.", likelihood="20")
    answer = client.post(f"{address}commentary/", given)
    assert "Say which post judged it." in words(answer)
    given |= {"likelihood_by": "Head of Crime", "likelihood_reason": "Two more teams start."}
    assert client.post(f"{address}commentary/", given).status_code == 302
    page = words(client.get(address))
    assert "judged by Head of Crime: Two more teams start." in page
    with pytest.raises(IntegrityError), transaction.atomic():
        CommentaryVersion.objects.create(measure="x", month=MONTH, number=1, written_by=writer, likelihood=20)


def test_next_month_starts_from_last_months_words(client: Client, ready: Calculation, writer: User) -> None:
    CommentaryVersion.objects.create(
        measure="crime_total", month="2022-05", number=1, written_by=writer, meaning="As {{this}} in spring."
    )
    client.force_login(writer)
    assert "?from=2022-05" in client.get(EDITOR).content.decode()
    assert "As {{this}} in spring." in client.get(f"{EDITOR}?from=2022-05").content.decode()


def test_words_that_newer_figures_no_longer_back_are_not_shown(
    client: Client, ready: Calculation, writer: User
) -> None:
    CommentaryVersion.objects.create(
        measure="crime_total", month=MONTH, number=1, written_by=writer, author="A", meaning="It was 777,777."
    )
    client.force_login(writer)
    page = words(client.get(PAGE))
    assert "777,777" not in page
    assert "its author must look at it again" in page.lower()


@pytest.mark.parametrize("address", [EDITOR, f"{EDITOR}preview/"])
def test_readers_do_not_write(client: Client, ready: Calculation, address: str) -> None:
    client.force_login(person(Permission.MEASURE_READ))
    assert client.post(address, typed(do="publish", meaning="x")).status_code == 403
    assert not CommentaryDraft.objects.exists()
    assert "Write commentary" not in words(client.get(PAGE))


def test_another_persons_draft_is_not_seen(client: Client, ready: Calculation, writer: User) -> None:
    client.force_login(writer)
    client.post(EDITOR, typed(do="save", meaning="Mine alone."))
    client.force_login(person(*WRITER))
    assert "Mine alone." not in client.get(EDITOR).content.decode()
    assert "Mine alone." not in client.get(PAGE).content.decode()


def test_the_editor_of_what_is_not_there_is_not_found(client: Client, ready: Calculation, figures: Path) -> None:
    client.force_login(person(*WRITER))
    assert client.get(f"/measures/{MONTH}/measure/nothing/commentary/").status_code == 404


def test_a_folder_of_files_is_brought_onto_the_pages_once(
    ready: Calculation, writer: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = "---\nauthor: Head of Crime\nreviewed: 2022-07-06\n"
    own = "likelihood: 20\nlikelihood_by: Head of Crime\nlikelihood_reason: Two more teams.\n"
    (tmp_path / "crime_total.md").write_text(f"{head}{own}---\n## What does this mean?\nIt was {{{{this}}}}.\n")
    (tmp_path / "positive_action.md").write_text(f"{head}---\n## Next steps\n- Ask 999,999 people.\n")
    (tmp_path / "nothing.md").write_text(f"{head}---\n## Next steps\n- Go on.\n")
    call_command("commentary_import", by=writer.email, folder=tmp_path)
    said = capsys.readouterr().out
    assert "crime_total: put on its page" in said
    assert "positive_action: refused." in said
    assert "nothing: no such measure" in said
    row = CommentaryVersion.objects.get()
    assert (row.meaning, row.likelihood, row.likelihood_by) == ("It was {{this}}.", 20, "Head of Crime")
    call_command("commentary_import", by=writer.email, folder=tmp_path)
    assert "crime_total: has commentary already" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("commentary_import", by="x@y.example", folder=tmp_path)


def test_words_whose_audit_fails_are_not_on_the_page_and_still_in_the_draft(
    client: Client, ready: Calculation, writer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise OSError("disk full")

    client.force_login(writer)
    client.post(EDITOR, typed(do="save", meaning="Kept."))
    monkeypatch.setattr(AuditEvent.objects, "create", fail)
    with pytest.raises(OSError, match="disk full"):
        client.post(EDITOR, typed(do="publish", meaning="Kept."))
    assert not CommentaryVersion.objects.exists()
    assert CommentaryDraft.objects.get().meaning == "Kept."
