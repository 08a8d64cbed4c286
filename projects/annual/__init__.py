"""The annual plan: gathered by year and source, ordered, sent, and decided in one paper."""
