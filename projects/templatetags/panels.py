"""What a panel said of a dossier, for the pages that show dossiers."""

from django import template

from khuyencong.core.models import User
from projects.models import Proposal
from projects.panels import result
from projects.panels.result import PanelResult

register = template.Library()


@register.simple_tag
def panel_result(proposal: Proposal, reader: User) -> PanelResult | None:
    """The panel of this round as the reader may know it; one query where there is none."""
    return result.of(proposal, reader)
