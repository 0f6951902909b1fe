"""Notes, invitations and a change of owner."""

import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.files.changes import keep_file
from upstream_web.people.models import Organisation, User
from upstream_web.problems.changes.telling import tell_new_owner
from upstream_web.problems.changes.versions import keep_version, locked
from upstream_web.problems.models import Invitation, Note, Plan, PlanFile


@transaction.atomic
def add_note(*, plan: Plan, by: User, text: str, marking: str) -> Note:
    """Write a note; notes are never changed, only added to."""
    note = Note.objects.create(plan=plan, text=text, marking=marking, at=timezone.now(), by=by)
    record(by=by, action="plan.noted", of=note, parent=plan, details={"marking": marking})
    return note


@transaction.atomic
def add_file(*, plan: Plan, by: User, upload: UploadedFile, what: str, marking: str) -> PlanFile:
    """Keep a file with the plan."""
    file = keep_file(upload=upload, owner=plan, by=by)
    row = PlanFile.objects.create(plan=plan, file=file, what=what, marking=marking)
    record(by=by, action="plan.file_added", of=row, parent=plan, details={"name": file.name, "marking": marking})
    return row


@transaction.atomic
def note_reading(*, file: PlanFile, by: User) -> None:
    """Record that somebody read a sensitive file, or a file of a sensitive plan."""
    if file.is_sensitive:
        record(by=by, action="plan.sensitive_file_read", of=file, parent=file.plan, details={"name": file.file.name})


@transaction.atomic
def invite(
    *,
    plan: Plan,
    by: User,
    organisation: Organisation,
    purpose: str,
    extents: dict[str, str],
    sensitive: bool = False,
    valid_to: datetime.date | None = None,
) -> Invitation:
    """Invite an organisation, or change how far it may see: the invitation before ends today."""
    plan = locked(Plan.objects, plan.pk)
    today = timezone.localdate()
    plan.invitations.filter(organisation=organisation, valid_from=today).delete()
    yesterday = today - datetime.timedelta(days=1)
    plan.invitations.current().filter(organisation=organisation).update(valid_to=yesterday)
    row = Invitation.objects.create(
        plan=plan,
        organisation=organisation,
        purpose=purpose,
        sensitive=sensitive,
        valid_from=today,
        valid_to=valid_to,
        invited_by=by,
        **extents,
    )
    after = {"organisation": organisation, "purpose": purpose, "sensitive": sensitive, "to": valid_to, **extents}
    record(by=by, action="plan.partner_invited", of=row, parent=plan, after=after)
    keep_version(plan=plan, by=by, why=f"Invited {organisation}")
    return row


@transaction.atomic
def end_invitation(*, invitation: Invitation, by: User) -> None:
    """End an invitation: from this moment the organisation sees nothing."""
    plan = locked(Plan.objects, invitation.plan_id)
    record(
        by=by, action="plan.partner_left", of=invitation, parent=plan, before={"organisation": invitation.organisation}
    )
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    if invitation.valid_from > yesterday:
        invitation.delete()
    else:
        invitation.valid_to = yesterday
        invitation.save(update_fields=["valid_to"])
    keep_version(plan=plan, by=by, why=f"Ended the invitation of {invitation.organisation}")


@transaction.atomic
def give_to(*, plan: Plan, owner: User, by: User) -> Plan:
    """Give a plan to another owner."""
    plan = locked(Plan.objects, plan.pk)
    record(by=by, action="plan.given", of=plan, before={"owner": plan.owner}, after={"owner": owner})
    plan.owner = owner
    plan.save(update_fields=["owner"])
    tell_new_owner(plan=plan, by=by)
    keep_version(plan=plan, by=by, why=f"Given to {owner}")
    return plan
