"""Addresses of this app."""

from django.urls import path

from khuyencong.core import (
    delegation_views,
    document_views,
    holiday_views,
    organisation_views,
    place_trait_views,
    place_views,
    token_views,
)

urlpatterns = [
    path("van-ban/", document_views.document_list, name="document_list"),
    path("van-ban/<int:pk>/tep/", document_views.document_file, name="document_file"),
    path("uy-quyen/", delegation_views.delegation_list, name="delegation_list"),
    path("uy-quyen/moi/", delegation_views.delegation_new, name="delegation_new"),
    path("uy-quyen/<int:pk>/ket-thuc/", delegation_views.delegation_end, name="delegation_end"),
    path("dia-ban/", place_views.place_list, name="place_list"),
    path("dia-ban/dac-diem/", place_trait_views.trait_list, name="place_trait_list"),
    path("dia-ban/dac-diem/moi/", place_trait_views.trait_new, name="place_trait_new"),
    path("dia-ban/dac-diem/<int:pk>/het/", place_trait_views.trait_end, name="place_trait_end"),
    path("quan-tri/lich/", holiday_views.holiday_list, name="holiday_list"),
    path("quan-tri/lich/moi/", holiday_views.holiday_new, name="holiday_new"),
    path("quan-tri/lich/dan/", holiday_views.holiday_paste, name="holiday_paste"),
    path("quan-tri/lich/<int:pk>/sua/", holiday_views.holiday_edit, name="holiday_edit"),
    path("quan-tri/lich/<int:pk>/bo/", holiday_views.holiday_remove, name="holiday_remove"),
    path("quan-tri/co-quan/", organisation_views.organisation_list, name="organisation_list"),
    path(
        "quan-tri/co-quan/<int:pk>/sua/",
        organisation_views.organisation_edit,
        name="organisation_edit",
    ),
    path(
        "quan-tri/co-quan/<int:pk>/doi-ten/",
        organisation_views.organisation_rename,
        name="organisation_rename",
    ),
    path(
        "quan-tri/co-quan/<int:pk>/sap-nhap/",
        organisation_views.organisation_merge,
        name="organisation_merge",
    ),
    path("quan-tri/khoa-api/", token_views.token_list, name="token_list"),
    path("quan-tri/khoa-api/moi/", token_views.token_new, name="token_new"),
    path("quan-tri/khoa-api/<int:pk>/thu-hoi/", token_views.token_revoke, name="token_revoke"),
]
