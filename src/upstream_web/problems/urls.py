"""Addresses of plans."""

from django.urls import path

from upstream_web.problems.models import Plan
from upstream_web.problems.views import (
    assessing,
    beat,
    design,
    links,
    lists,
    papers,
    parts,
    plan,
    public,
    signals,
    slices,
    start,
    workbook,
)

app_name = "problems"
urlpatterns = [
    path("", lists.plans, name="plans"),
    path("start/", start.start, name="start"),
    path("from-signal/<int:pk>/", signals.accept, name="accept_signal"),
    path("dashboard/", lists.dashboard, name="dashboard"),
    path("export.csv", lists.export, name="export"),
    path("export.xlsx", lists.export_workbook, name="export_workbook"),
    path("workbook/", workbook.index, name="workbooks"),
    path("workbook/<int:pk>/", workbook.result, name="workbook"),
    path("workbook/<int:pk>/columns/", workbook.columns, name="workbook_columns"),
    path("workbook/<int:pk>/preview/", workbook.preview, name="workbook_preview"),
    path("workbook/<int:pk>/quarantine.csv", workbook.download_quarantine, name="workbook_quarantine"),
    path("workbook/<int:pk>/undo/", workbook.undo, name="workbook_undo"),
    path("<int:pk>/", plan.overview, name="overview"),
    path("<int:pk>/beat/", beat.beat, name="beat"),
    path("<int:pk>/details/", plan.edit_details, name="edit_details"),
    path("<int:pk>/step/<slug:step>/", plan.step, name="step"),
    path("<int:pk>/note/", plan.add_note, name="add_note"),
    path("<int:pk>/file/add/", plan.add_file, name="add_file"),
    path("<int:pk>/file/<int:file>/", plan.download, name="download"),
    path("public/", public.summaries, name="public_list"),
    path("public/<str:ref>/", public.summary, name="public"),
    path("<int:pk>/public/", public.approve, name="approve_public"),
    path("<int:pk>/public/withdraw/", public.withdraw, name="withdraw_public"),
    path("meeting/", papers.meeting, name="meeting"),
    path("meeting/<str:area>/sheet.pdf", papers.meeting_pdf, name="meeting_pdf"),
    *(path(f"<int:pk>/{kind}/", papers.paper, {"kind": kind}, name=kind) for kind in papers.PAPERS),
    *(path(f"<int:pk>/{kind}.pdf", papers.paper_pdf, {"kind": kind}, name=f"{kind}_pdf") for kind in papers.PAPERS),
    path("<int:pk>/assessed.zip", papers.bundle, name="assessed_bundle"),
    path("<int:pk>/records/", slices.slices, name="slices"),
    path("<int:pk>/records/count/", slices.count, name="count_records"),
    path("<int:pk>/records/<int:row>/", slices.slice_page, name="slice"),
    path("<int:pk>/sharing/", plan.people_and_sharing, name="sharing"),
    path("<int:pk>/sharing/invite/", plan.invite, name="invite"),
    path("<int:pk>/sharing/<int:invitation>/end/", plan.end_invitation, name="end_invitation"),
    path("<int:pk>/history/", plan.history, name="history"),
    path("<int:pk>/history/readers/", plan.readers, name="readers"),
    path("<int:pk>/history/compare/", plan.compare, name="compare"),
    path("<int:pk>/assessment/assess/", assessing.assess, name="assess"),
    path("<int:pk>/assessment/design/", design.design, name="design"),
    path("<int:pk>/assessment/design/lock/", design.lock, name="lock_design"),
    path("<int:pk>/assessment/name/", parts.name_assessment, name="name_assessment"),
    path("<int:pk>/assessment/result/", parts.write_result, name="write_result"),
    path("<int:pk>/review/", parts.review, name="review"),
    path("<int:pk>/score/", parts.score, name="score"),
    path("<int:pk>/nominate/", parts.nominate, name="nominate"),
    path("<int:pk>/action/add/", parts.edit_action, name="add_action"),
    path("<int:pk>/action/<int:part>/change/", parts.edit_action, name="change_action"),
    path("<int:pk>/response/<int:part>/delivered/", parts.add_delivery, name="add_delivery"),
    *(path(f"<int:pk>/{kind}/add/", parts.edit_part, {"kind": kind}, name=f"add_{kind}") for kind in parts.PARTS),
    *(
        path(f"<int:pk>/{kind}/<int:part>/change/", parts.edit_part, {"kind": kind}, name=f"change_{kind}")
        for kind in parts.PARTS
    ),
    *(
        path(f"<int:pk>/{kind}/<int:part>/remove/", parts.remove_part, {"kind": kind}, name=f"remove_{kind}")
        for kind in parts.PARTS
    ),
    path("actions/<int:pk>/", parts.action, name="action"),
    path("actions/<int:pk>/send-link/", links.send_link, name="send_action_link"),
    path("actions/<int:pk>/by-link/", links.action_by_one_time_link, name="action_by_link"),
    *(path(f"<int:pk>/{stage}/", plan.stage, {"stage": stage}, name=stage) for stage in Plan.Stage.values),
    path("<int:pk>/<slug:stage>/<slug:group>/edit/", plan.edit_answers, name="edit_answers"),
]
