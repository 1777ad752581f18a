"""What happens to a submission: taken in, run, marked, written down, ranked.

intake.py ──> bookkeeping.py ──> tasks.py ──> grading.py ──> bookkeeping.py ──> leaderboard.py
the only        the only writer     lease held    pure: answer     one transaction    standings
creator         of state            while it runs  -> Report

board_triggers.py  the database keeps how long each board is, and which state of it this is
reconciler.py   re-derives lost work from the database every minute
rules.py        the rules of the contest, pure         verdicts.py   states and verdicts as tables
editions.py     challenge -> minted data of this deployment
"""
