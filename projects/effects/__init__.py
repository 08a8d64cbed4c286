"""What each verb brings about: the table in workflow.py names these functions."""
