"""Uploads: what is refused and why, where they are kept, and who gets them back."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from factories.people import TeamFactory, person
from factories.problems import PlanFactory
from factories.signing_in import sign_in
from upstream_web.audit.queries import history_of
from upstream_web.files.changes import keep_file, remove_file
from upstream_web.files.checks import checked
from upstream_web.files.models import StoredFile
from upstream_web.people.permissions import Permission

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nwords"


def office(*names: str, size: int = 10) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"0" * size)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("page.html", b"<script>", "not of an allowed kind"),
        ("picture.svg", b"<svg/>", "not of an allowed kind"),
        ("run.exe", b"MZ", "not of an allowed kind"),
        ("paper.pdf", b"<script>alert(1)</script>", "its content is not"),
        ("picture.png", PDF, "its content is not"),
        ("empty.pdf", b"", "is empty"),
        ("words.txt", b"ab\x00cd", "holds other content"),
        ("zip.docx", office("a.txt"), "is a zip, not a document"),
        ("sheet.docx", office("xl/workbook.xml", "[Content_Types].xml"), "is named .docx but its content is not"),
        ("slides.xlsx", office("ppt/presentation.xml", "[Content_Types].xml"), "is named .xlsx but its content is not"),
        ("macro.xlsx", office("[Content_Types].xml", "xl/vbaProject.bin"), "holds macros"),
        ("broken.docx", b"PK\x03\x04 nothing", "is damaged"),
        ("bomb.docx", office("[Content_Types].xml", size=201 * 1024 * 1024), "unpacks to more than"),
    ],
)
def test_what_may_not_be_kept_is_refused_with_the_reason(name, content, why) -> None:
    with pytest.raises(ValidationError, match=why):
        checked(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("paper.pdf", PDF, "paper.pdf"),
        ("../../etc/passwd.txt", b"words", "passwd.txt"),
        ("C:\\plans\\list.csv", "a;é".encode("cp1252"), "list.csv"),
        ("notes.docx", office("[Content_Types].xml"), "notes.docx"),
    ],
)
def test_what_may_be_kept_keeps_only_its_last_name(name, content, kept) -> None:
    assert checked(SimpleUploadedFile(name, content)).name == kept


def test_50_mb_are_refused_with_a_word(settings) -> None:
    upload = SimpleUploadedFile("large.pdf", PDF)
    upload.size = 50 * 1024 * 1024
    with pytest.raises(ValidationError, match="50 MB; 25 MB are allowed"):
        checked(upload)


class Sent(io.RawIOBase):
    """A form with one file of some MB, as it comes over the wire: nobody ever holds the whole of it."""

    BOUNDARY = b"----form"

    def __init__(self, megabytes: int) -> None:
        head = b'--%b\r\nContent-Disposition: form-data; name="upload"; filename="large.pdf"\r\n' % self.BOUNDARY
        self.head = head + b"Content-Type: application/pdf\r\n\r\n%PDF-"
        field = b'\r\n--%b\r\nContent-Disposition: form-data; name="marking"\r\n\r\nofficial' % self.BOUNDARY
        self.tail = field + b"\r\n--%b--\r\n" % self.BOUNDARY
        self.left = megabytes * 1024 * 1024
        self.length = len(self.head) + self.left + len(self.tail)

    def read(self, size: int = -1) -> bytes:
        if self.head:
            found, self.head = self.head[:size], self.head[size:]
        elif self.left:
            found = b"0" * min(size, self.left)
            self.left -= len(found)
        else:
            found, self.tail = self.tail[:size], self.tail[size:]
        return found


@pytest.mark.parametrize(("megabytes", "status", "words"), [(50, 200, "50 MB; 25 MB are allowed"), (20, 302, "")])
def test_a_large_upload_is_answered_in_words_and_never_held(
    client: Client, megabytes: int, status: int, words: str
) -> None:
    team = TeamFactory()
    plan = PlanFactory(team=team)
    client.force_login(person(Permission.PLAN_START, team=team))
    sent = Sent(megabytes)
    form = {"CONTENT_TYPE": f"multipart/form-data; boundary={Sent.BOUNDARY.decode()}", "CONTENT_LENGTH": sent.length}
    address = f"/plans/{plan.pk}/file/add/"
    client.post(address, {})  # what the first page of all takes is not the upload's
    tracemalloc.start()
    answer = client.generic("POST", address, **form, **{"wsgi.input": sent})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert peak < 15 * 1024 * 1024
    assert sent.tail == b"", "the answer comes when the browser has sent everything, or it shows none"


def test_of_a_file_too_large_no_byte_is_kept_on_the_way(rf: RequestFactory) -> None:
    sent = Sent(50)
    form = {"CONTENT_TYPE": f"multipart/form-data; boundary={Sent.BOUNDARY.decode()}", "CONTENT_LENGTH": sent.length}
    upload = rf.generic("POST", "/", **form, **{"wsgi.input": sent}).FILES["upload"]
    assert (upload.size, upload.name, upload.read()) == (50 * 1024 * 1024 + 5, "large.pdf", b"")


def test_a_kept_file_lies_outside_the_web_root_under_a_name_of_ours() -> None:
    plan = PlanFactory()
    file = keep_file(upload=SimpleUploadedFile("=cmd.pdf", PDF), owner=plan, by=plan.owner)
    path = Path(file.content.path)
    assert path.is_relative_to(Path(settings.DATA) / "files")
    assert "cmd" not in path.name
    assert history_of(plan)[0].details["sha256"] == file.sha256


def test_removing_a_file_removes_its_content_too(django_capture_on_commit_callbacks) -> None:
    plan = PlanFactory()
    file = keep_file(upload=SimpleUploadedFile("a.pdf", PDF), owner=plan, by=plan.owner)
    path = Path(file.content.path)
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file=file, owner=plan, by=plan.owner)
        assert path.exists()
    assert not path.exists()
    assert not StoredFile.objects.exists()


def test_a_files_way_into_a_plan_and_back(client: Client) -> None:
    team = TeamFactory()
    plan = PlanFactory(team=team)
    officer = person(Permission.PLAN_START, Permission.SENSITIVE_READ, team=team)
    sign_in(client, officer)
    given = {"upload": SimpleUploadedFile("map.pdf", PDF), "what": "The parade", "marking": "sensitive"}
    assert client.post(f"/plans/{plan.pk}/file/add/", given).status_code == 302
    row = plan.files.get()
    answer = client.get(f"/plans/{plan.pk}/file/{row.pk}/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="map.pdf"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert history_of(plan)[0].action == "plan.sensitive_file_read"
    wrong = {"upload": SimpleUploadedFile("map.html", b"<p>"), "marking": "official"}
    assert "not of an allowed kind" in client.post(f"/plans/{plan.pk}/file/add/", wrong).content.decode()
    client.force_login(person(Permission.PLAN_START, team=team))
    assert client.get(f"/plans/{plan.pk}/file/{row.pk}/").status_code == 404
    assert "map.pdf" not in client.get(f"/plans/{plan.pk}/").content.decode()
    client.force_login(person(Permission.PLAN_START))
    assert client.get(f"/plans/{plan.pk}/file/{row.pk}/").status_code == 404
