"""Files of a dossier: served only to who sees the dossier, always as attachments."""

from __future__ import annotations

from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest

from khuyencong.core import files
from khuyencong.core.models import StoredFile
from projects.views.lookup import proposal_or_404


def attachment(request: HttpRequest, code: str, pk: int) -> FileResponse:
    """An attachment of the dossier, or the scan of a paper in its reviews."""
    proposal = proposal_or_404(request, code)
    ours = Q(pk__in=proposal.attachments.values("file_id")) | Q(
        documents__in=proposal.tracks.values("reviews__document_id")
    )
    stored = StoredFile.objects.filter(ours, pk=pk).first()
    if stored is None:
        raise Http404
    return files.serve(stored)
