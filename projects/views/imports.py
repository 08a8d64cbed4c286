"""Nhập từ Excel: choose a template, upload, see what would be written, agree to it."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from khuyencong.core import charts, files, permissions
from khuyencong.core.models import User
from khuyencong.core.refusals import Refused
from projects.exchange import kinds, marked, runs, templates
from projects.forms.imports import UploadForm
from projects.models import ImportRun
from projects.views.download import workbook
from projects.views.import_preview import links, preview

State = ImportRun.State
_A_PAGE: Final = 20
_PURPOSES: Final = {
    ImportRun.Kind.ENTERPRISES: gettext_lazy(
        "Thêm cơ sở vào sổ chung của tỉnh; cơ sở đã có được nhận ra và bỏ qua."
    ),
    ImportRun.Kind.PROPOSALS: gettext_lazy(
        "Lập nhiều đề án nháp cùng lúc, kèm dự toán, nguồn vốn và khảo sát nhu cầu của xã, phường."
    ),
    ImportRun.Kind.PLAN: gettext_lazy(
        "Xuất danh mục từ trang Đề án, sửa trong Excel rồi tải lên: cổng chỉ ra từng ô đã đổi "
        "trước khi ghi."
    ),
    ImportRun.Kind.ANNUAL: gettext_lazy(
        "Xuất danh mục năm từ trang của nó, điền thứ tự, lý do, số phê duyệt rồi tải lên: cổng "
        "chỉ ra từng ô đã đổi trước khi ghi."
    ),
}


def allowed_kinds(user: User) -> list[str]:
    return [
        kind
        for kind, definition in kinds.REGISTRY.items()
        if permissions.refusal(user, definition.rule) is None
    ]


def _allowed(request: HttpRequest) -> list[str]:
    found = allowed_kinds(request.user)
    if not found:
        raise PermissionDenied(_("Tài khoản của bạn không nhập dữ liệu từ Excel."))
    return found


def _run(request: HttpRequest, pk: int) -> ImportRun:
    """An import is there for who ordered it; for anybody else it does not exist."""
    rows = ImportRun.objects.visible_to(request.user).select_related(
        "file", "programme", "ordered_by__organisation"
    )
    run = rows.filter(pk=pk).first() if pk < 2**63 else None
    if run is None:
        raise Http404(_("Không có lượt nhập này, hoặc bạn không được xem."))
    return run


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The kinds a person may import, each with its template; below, what they imported before."""
    allowed = _allowed(request)
    forms = {kind: UploadForm(kind=kind, user=request.user) for kind in allowed}
    status = 200
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if kind not in forms:
            if kind in kinds.REGISTRY:
                raise PermissionDenied(_("Tài khoản của bạn không nhập loại dữ liệu này."))
            kind = allowed[0]
        form = UploadForm(request.POST, request.FILES, kind=kind, user=request.user)
        if form.is_valid():
            run = runs.order(
                kind,
                form.cleaned_data["file"],
                request.user,
                programme=form.chosen,
                key=request.POST.get("key", "")[:64].replace("\x00", ""),
            )
            return redirect("import_run", pk=run.pk)
        forms[kind], status = form, 422
    mine = ImportRun.objects.visible_to(request.user).select_related("file")
    page = Paginator(mine, _A_PAGE).get_page(request.GET.get("page"))
    faulty = next((form for form in forms.values() if form.errors), None)
    context = {
        "kinds": [
            {
                "code": kind,
                "title": ImportRun.Kind(kind).label,
                "purpose": _PURPOSES[ImportRun.Kind(kind)],
                "form": form,
                "programmes": form.programmes if kind == ImportRun.Kind.PROPOSALS else (),
            }
            for kind, form in forms.items()
        ],
        "faulty": faulty,
        "no_programme": _("Không có chương trình nào của tỉnh đang nhận đề án."),
        "key": secrets.token_urlsafe(24),
        "page_obj": page,
    }
    return render(request, "projects/import_start.html", context, status=status)


@require_GET
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """The workbook to fill in, with today's lists."""
    definition = kinds.REGISTRY.get(kind)
    if definition is None or kind in (ImportRun.Kind.PLAN, ImportRun.Kind.ANNUAL):
        raise Http404(_("Không có mẫu này."))
    if reason := permissions.refusal(request.user, definition.rule):
        raise PermissionDenied(reason)
    form = UploadForm(kind=kind, user=request.user)
    programme = None
    if kind == ImportRun.Kind.PROPOSALS:
        asked = request.GET.get("chuong-trinh", "")
        programme = next((one for one in form.programmes if one.code == asked), None)
        programme = programme or next(iter(form.programmes), None)
        if programme is None:
            raise Http404(_("Không có chương trình nào đang nhận đề án."))
    name = {"enterprises": "mau-co-so.xlsx", "proposals": "mau-de-an.xlsx"}[kind]
    made = definition(request.user, programme)
    return workbook(name, lambda target: templates.write(target, made))


# --- one import --------------------------------------------------------------------------------


@never_cache
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: live while it is worked on, then what would be, or was, written."""
    run = _run(request, pk)
    context = _job(run)
    if run.state in (State.READY, State.CONFIRMED, State.WRITING, State.DONE, State.CANCELLED):
        context |= preview(run, request.GET)
    if run.state == State.DONE:
        context["links"] = links(run)
    return render(request, "projects/import_run.html", context)


@never_cache
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that asks for itself again; when it is over the page is loaded anew."""
    run = _run(request, pk)
    response = render(
        request,
        "projects/_import_job.html",
        _job(run) | {"says": request.GET.get("step") != _step(run)},
    )
    if run.state not in ImportRun.AT_WORK:
        response["HX-Refresh"] = "true"
    return response


def _step(run: ImportRun) -> str:
    return run.step if run.state in (State.RUNNING, State.WRITING) else run.state


def _job(run: ImportRun) -> dict[str, Any]:
    writes = run.state in (State.CONFIRMED, State.WRITING)
    steps = runs.WRITE_STEPS if writes else runs.READ_STEPS
    at = list(steps).index(run.step) if run.step in steps else -1
    label = str(steps[run.step]) if run.step in steps else ""
    return {
        "run": run,
        "keeps_workbook": runs.keeps_workbook(run),
        "title": _("Nhập từ Excel: {what}").format(what=run.get_kind_display()),
        "at_work": run.state in ImportRun.AT_WORK,
        "writes": writes,
        "step": _step(run),
        "label": label,
        "steps": [
            {"label": one, "css": "d" if index < at else "c" if index == at else ""}
            for index, one in enumerate(steps.values())
        ],
        "bar": charts.progress_bar(
            run.progress,
            label=run.file.name,
            text=f"{run.progress}%, {label}" if label else run.get_state_display(),
        ),
    }


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to what the preview shows."""
    run = _run(request, pk)
    try:
        runs.confirm(run, request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("import_run", pk=pk)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    if runs.cancel(run):
        messages.success(request, _("Đã hủy lượt nhập. Chưa dòng nào được ghi."))
    else:
        messages.info(request, _("Lượt nhập đã kết thúc trước khi hủy."))
    return redirect("import_run", pk=pk)


@require_GET
def faults(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook again, each faulty cell marked and explained."""
    run = _run(request, pk)
    if not run.fault_count:
        raise Http404(_("Lượt nhập này không có lỗi nào để ghi chú."))
    name = f"loi-{run.file.name}".removesuffix(".xlsx")[:150] + ".xlsx"
    return workbook(name, lambda target: marked.write(target, run))


@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook as it was sent; with numbers of persons in it only until the import ends."""
    run = _run(request, pk)
    if runs.keeps_workbook(run):
        return files.serve(run.file)
    context = {
        "title": _("Tệp không còn tải về được"),
        "text": _(
            "Tệp này có thể chứa số định danh cá nhân nên chỉ tải về được đến khi lượt nhập kết "
            "thúc. Dùng tệp gốc trên máy của bạn."
        ),
        "action_url": reverse("import_run", args=[run.pk]),
        "action_label": _("Về lượt nhập"),
    }
    return render(request, "core/message.html", context, status=410)
