"""What the law says beside every amount: the same checks live, at each act, and over the API.

``run(case, day)`` is the whole of it. The list a clerk can read is ``registry.REGISTRY``.
"""

from projects.checks.case import Case
from projects.checks.outcome import Check, Outcome
from projects.checks.registry import run

__all__ = ["Case", "Check", "Outcome", "run"]
