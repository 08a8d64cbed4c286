"""Files of a dossier: served only to who sees the dossier, always as attachments."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest

from khuyencong.core import files
from khuyencong.core.models import StoredFile
from projects import papers_of_dossier
from projects.views.lookup import proposal_or_404


def attachment(request: HttpRequest, code: str, pk: int) -> FileResponse:
    """An attachment of the dossier, or the scan of a paper in its reviews.

    What earlier rounds carried stays readable to all who see them. A file with malware is handed
    to nobody, one not scanned yet only to the unit that sent it.
    """
    proposal = proposal_or_404(request, code)
    for row in proposal.attachments.all():
        if row.file_id == pk:
            if reason := papers_of_dossier.why_closed(row, request.user):
                raise PermissionDenied(reason)
            return files.serve(row.file)
    stored = StoredFile.objects.filter(
        documents__in=proposal.tracks.values("reviews__document_id"), pk=pk
    ).first()
    if stored is None:
        raise Http404
    return files.serve(stored)
