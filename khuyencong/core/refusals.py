"""What the portal says when it will not do something: messages a person can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing to mend. ``field`` names the input it is about, for the link beside it."""

    message: str
    field: str = ""


class Refused(Exception):
    """The act was not done and nothing has changed. Carries every fault at once."""

    status = 422
    code = "refused"

    def __init__(self, faults: str | Fault | Iterable[Fault]) -> None:
        if isinstance(faults, str):
            faults = [Fault(faults)]
        elif isinstance(faults, Fault):
            faults = [faults]
        self.faults = list(faults)
        super().__init__("; ".join(fault.message for fault in self.faults))


class NotNow(Refused):
    """The record is in a state where this cannot be done."""

    status = 409
    code = "not-now"


class NotAllowed(Refused):
    """The person may see the record but may not do this to it."""

    status = 403
    code = "not-allowed"


class Stale(Refused):
    """Somebody changed the record since the page was opened."""

    status = 412
    code = "stale"
