"""The panel (hội đồng): convened by a decision, votes, conflicts of interest, its conclusion.

Thông tư 36/2013/TT-BCT Điều 8. The panel advises: its verdict feeds the appraisal of the office
that convened it, and replaces no signature.
"""

from projects import panel_rules as _rules  # noqa: F401  registers who may
from projects import panel_sentences as _sentences  # noqa: F401  registers how its acts read
