"""What learners see in a browser: each view parses, calls the judge, renders. Everything works without JavaScript.

lookup.py       address -> edition, team, submission; a stranger's submission does not exist
catalogue.py    the challenge list: search, filters, facets          challenges.py   overview, data
boards.py       leaderboards                                         teams.py        create, join, leave
submissions.py  hand-in, history, live status, cancel, choose        scale.py        the ruler between floor and ceiling
words.py        every code of the judge in a learner's words         markdown.py     statements as safe HTML
"""
