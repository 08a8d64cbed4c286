"""Whether figures shown as a programme's are partly made up for the demonstration."""

from django.db.models import OuterRef, QuerySet

from budgets.models import Allocation
from programmes.models import Programme


def made_up(programme: Programme | OuterRef) -> QuerySet[Allocation]:
    """Allotments of a programme that no decision has given."""
    return Allocation.objects.filter(programme=programme, document__is_illustration=True)


def mixes(programme: Programme) -> bool:
    """A real programme whose allotments (and so all that follows) are illustration."""
    return not programme.is_illustration and made_up(programme).exists()
