"""Addresses of the API, composed here because only here all apps are known."""

from __future__ import annotations

from django.urls import include, path

from budgets.api import AllocationList
from khuyencong.core.audit_api import AuditList
from khuyencong.core.docs import ApiDocs, Schema
from programmes.api import ProgrammeDetail, ProgrammeList
from projects import targets
from projects.api.budget import ProgrammeBudget
from projects.api.checks import ProposalChecks
from projects.api.decisions import DecisionList
from projects.api.enterprises import EnterpriseDetail, EnterpriseList
from projects.api.proposals import ProposalDetail, ProposalList
from projects.api.transitions import ProposalTransitions
from reports.api import ReportDetail, ReportFile, ReportList

v1 = [
    path("programmes/", ProgrammeList.as_view(), name="api_programmes"),
    path(
        "programmes/<slug:code>/",
        ProgrammeDetail.as_view(achievements=targets.achieved),
        name="api_programme",
    ),
    path("programmes/<slug:code>/budget/", ProgrammeBudget.as_view(), name="api_programme_budget"),
    path("allocations/", AllocationList.as_view(), name="api_allocations"),
    path("enterprises/", EnterpriseList.as_view(), name="api_enterprises"),
    path("enterprises/<int:pk>/", EnterpriseDetail.as_view(), name="api_enterprise"),
    path("proposals/", ProposalList.as_view(), name="api_proposals"),
    path("proposals/<str:code>/", ProposalDetail.as_view(), name="api_proposal"),
    path("proposals/<str:code>/checks/", ProposalChecks.as_view(), name="api_checks"),
    path(
        "proposals/<str:code>/transitions/",
        ProposalTransitions.as_view(),
        name="api_transitions",
    ),
    path("decisions/", DecisionList.as_view(), name="api_decisions"),
    path("audit/", AuditList.as_view(), name="api_audit"),
    path("reports/", ReportList.as_view(), name="api_reports"),
    path("reports/<int:pk>/", ReportDetail.as_view(), name="api_report"),
    path("reports/<int:pk>/file", ReportFile.as_view(), name="api_report_file"),
    path("schema/", Schema.as_view(), name="api_schema"),
]

urlpatterns = [
    path("docs/", ApiDocs.as_view(), name="api_docs"),
    path("v1/", include(v1)),
]
