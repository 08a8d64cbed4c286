"""What follows a verb once it is committed; a failure here never undoes the verb."""

from __future__ import annotations

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)


def after(proposal_id: int, verb: str) -> Callable[[], None]:
    """The named function to run after the commit of a verb."""

    def note_verb() -> None:
        logger.info("proposal %s: %s", proposal_id, verb)

    return note_verb
