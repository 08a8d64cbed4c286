"""Written next."""

from django.http import HttpRequest, HttpResponse
from django.views.generic import View


def new(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def edit(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponse("")


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("")


class ProposalList(View):
    pass


class EnterpriseList(View):
    pass
