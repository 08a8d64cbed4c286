"""Bundles for auditors: all of a dossier on paper and in the books, provable outside the portal."""
