"""The registry of rules: for each verb one function that gives the reason for refusal, or None.

Workflow, pages, API and templates all ask here. Django's ``has_perm`` is not used: it would let a
superuser pass before any rule is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Rule = Callable[..., str | None]
_rules: dict[str, Rule] = {}


def rule(*verbs: str) -> Callable[[Rule], Rule]:
    """Register one function as the rule of these verbs."""

    def register(function: Rule) -> Rule:
        for verb in verbs:
            if verb in _rules:
                raise ValueError(f"{verb} has two rules")
            _rules[verb] = function
        return function

    return register


def refusal(user: Any, verb: str, *subject: Any) -> str | None:
    """Why ``user`` may not do ``verb`` to the subject; None when it is allowed."""
    return _rules[verb](user, *subject)


def known_verbs() -> frozenset[str]:
    return frozenset(_rules)
