"""Many synthetic dossiers at once, for measuring: the rows that the verbs would have written.

The same seed gives the same dossiers. Money goes through the ledger; the trail is hashed and
chained, so that whatever is measured stands on data that ``check_invariants`` finds clean.
"""
