"""What a role may allow, each in words. Roles are data; this is the vocabulary that they are made of."""

from enum import StrEnum


class Permission(StrEnum):
    """A verb on an area of work. The value is what is stored in a role."""

    PLAN_START = "plan.start"
    PLAN_SUPERVISE = "plan.supervise"
    PLAN_HUB = "plan.hub"
    PLAN_SEE_AREA = "plan.see_area"
    PLAN_IMPORT = "plan.import"
    PLAN_RESULTS = "plan.results"
    SIGNAL_READ = "signal.read"
    SIGNAL_DECIDE = "signal.decide"
    EVIDENCE_EDIT = "evidence.edit"
    MEASURE_READ = "measure.read"
    MEASURE_RECORDS = "measure.records"
    COMMENTARY_WRITE = "commentary.write"
    REPORT_REVIEW = "report.review"
    REPORT_PUBLISH = "report.publish"
    AUDIT_READ = "audit.read"
    PEOPLE_MANAGE = "people.manage"
    SENSITIVE_READ = "sensitive.read"


WORDS: dict[Permission, str] = {
    Permission.PLAN_START: "start plans for the areas of the role and work on the plans of one's own team",
    Permission.PLAN_SUPERVISE: "see, return, approve and score every plan of the areas of the role",
    Permission.PLAN_HUB: "see and score every plan of the areas of the role, and lead reviews",
    Permission.PLAN_SEE_AREA: "read every plan of the areas of the role",
    Permission.PLAN_IMPORT: "bring plans and actions in from a workbook",
    Permission.PLAN_RESULTS: "see what came of the plans of the areas of the role: effect and worth, not what they say",
    Permission.SIGNAL_READ: "read signals of the areas of the role, small counts included",
    Permission.SIGNAL_DECIDE: "watch, dismiss and, with the right to start plans, accept signals; look for new ones",
    Permission.EVIDENCE_EDIT: "write and change evidence cards",
    Permission.MEASURE_READ: "read measures and reports",
    Permission.MEASURE_RECORDS: "go from a figure to the records that it counts",
    Permission.COMMENTARY_WRITE: "write commentary on measures",
    Permission.REPORT_REVIEW: "review draft reports",
    Permission.REPORT_PUBLISH: "sign off, publish and supersede reports",
    Permission.AUDIT_READ: "read the audit log of everything",
    Permission.PEOPLE_MANAGE: "add people, teams and memberships, and hand work over",
    Permission.SENSITIVE_READ: "read what is marked OFFICIAL-SENSITIVE, where the plan is open to the person",
}
