"""Addresses of dossiers, the review desk and the register of establishments."""

from django.urls import path

from projects import document_uses as _uses  # noqa: F401  tells what rests on documents
from projects.views import (
    budget_cell,
    budget_plan,
    desk,
    dossier,
    drafting,
    enterprises,
    files,
    inbox,
    listing,
    transition,
)

urlpatterns = [
    path("de-an/", listing.ProposalList.as_view(), name="proposal_list"),
    path("de-an/moi/", drafting.new, name="proposal_new"),
    path("de-an/<str:code>/", dossier.detail, name="proposal_detail"),
    path("de-an/<str:code>/sua/", drafting.edit, name="proposal_edit"),
    path("de-an/<str:code>/thao-tac/<str:verb>/", transition.fire_verb, name="proposal_transition"),
    path("de-an/<str:code>/tep/<int:pk>/", files.attachment, name="proposal_file"),
    path("tham-dinh/", desk.queue, name="desk"),
    path("tham-dinh/<str:code>/", desk.dossier, name="desk_dossier"),
    path("thong-bao/", inbox.inbox, name="inbox"),
    path("thong-bao/da-doc/", inbox.read_all, name="inbox_read"),
    path("ke-hoach-von/", budget_plan.newest, name="budget_plan"),
    path("ke-hoach-von/<slug:code>/", budget_plan.programme, name="budget_plan_programme"),
    path(
        "ke-hoach-von/<slug:code>/<int:year>/<slug:source>/",
        budget_cell.cell_detail,
        name="cell_detail",
    ),
    path("co-so/", enterprises.EnterpriseList.as_view(), name="enterprise_list"),
    path("co-so/moi/", enterprises.new, name="enterprise_new"),
    path("co-so/<int:pk>/", enterprises.detail, name="enterprise_detail"),
]
