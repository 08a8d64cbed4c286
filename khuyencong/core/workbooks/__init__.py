"""Workbooks (.xlsx): read where a hostile one does no harm, written so that they calculate.

``reading`` opens what people send; ``writing`` makes what they download.
"""
