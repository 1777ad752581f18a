"""Pure functions from (truth, predictions) to a number; registry.py is the one table of them.

A metric touches neither files, clock nor chance. It takes arrays whose first axis is the row.
"""
