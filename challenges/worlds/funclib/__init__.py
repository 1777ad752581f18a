"""A shared kind of conversation: the learner writes functions, the referee calls them on hidden cases.

    data.py      cases.Case ──> papers.paper ──> referee/cases.json; practice.json: other cases, with answers
    referee.py   examiner.examine ── one message a case ──> kit/harness.py ──> solution.py, mystery.py, ...
                 examiner.sheet   <── credit 0..1 a case ── kit/kit_checks.py

A case is a short script of steps (call a function, keep what it returns, call a method of it, ask len() of it) of which
every one must come out right. What a step raises is the answer of that step and never ends the conversation.
kit/ is published with every challenge that says `kit_of: funclib`; the referee imports the very same modules, so that
practice at home checks as the referee does.
"""
