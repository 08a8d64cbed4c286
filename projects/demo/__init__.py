"""Demonstration data: fictional people, establishments and dossiers, marked as illustration.

Everything that has a story is told by the real verbs at the days of the story, so that what is
shown here has gone through the same rules, ledger and trail as any dossier.
"""
