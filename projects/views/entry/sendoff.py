"""What pressing the last button does, in one sentence: to whom, how much money, how many papers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.refusals import Refused
from projects import tracks
from projects.models import Proposal
from projects.papers_of_dossier import Section


def sentence(proposal: Proposal, papers: Section) -> str:
    """For the page of checks; what cannot be sent yet is said by the guards, not here."""
    lines = [
        line for line in proposal.funding_lines.all() if line.requested and line.source.is_state
    ]
    if not lines:
        return _("Chưa đề nghị nguồn ngân sách nào nên chưa có nơi nhận hồ sơ.")
    sources = {line.source_id: line.source.short_name for line in lines}
    routes = [
        _("{offices} (nguồn {source})").format(offices=", ".join(offices), source=name)
        for pk, name in sources.items()
        if (offices := _offices(proposal, pk))
    ]
    asked = money.format_exact(sum(line.requested for line in lines))
    told = _("Đề nghị ngân sách {asked} triệu đồng, kèm {n} tệp.").format(
        asked=asked, n=len(papers.files)
    )
    if not routes:
        return told
    return (
        _("Bấm trình là gửi ngay, lần lượt qua {offices}.").format(offices="; ".join(routes))
        + " "
        + told
    )


def _offices(proposal: Proposal, source_id: int) -> list[str]:
    """The offices of the source's chain that are set up, in the order they act, each once."""
    chain = tracks.chain_for(source_id, proposal)
    names: list[str] = []
    for step in chain.steps.all() if chain else ():
        try:
            name = tracks.office_of(step, proposal).short_name
        except Refused:
            continue
        if name not in names:
            names.append(name)
    return names
