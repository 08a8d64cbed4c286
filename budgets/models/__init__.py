from budgets.models.allocation import Allocation, AllocationLine
from budgets.models.cell import Cell
from budgets.models.entry import LedgerEntry

__all__ = ["Allocation", "AllocationLine", "Cell", "LedgerEntry"]
