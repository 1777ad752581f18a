"""Where people and programs meet the judge: pages, API, accounts, admin, the command-line client.

It holds no rule of the contest; it asks judge.
"""
