"""The REST API below /api/v1/: views parse, call one function of the judge, render; no rule of the contest is here.

urls.py ──> accounts.py  challenges.py  submissions.py  boards.py  teams.py
                 │             uploads.py: whole and not too long, or refused
                 ├── shapes.py    requests and answers, as the OpenAPI description shows them
                 ├── render.py    rows of the judge -> those shapes
                 └── errors.py    every failure as {"code", "sentence", "findings"}
base.py     what all views share           web/access.py    who may use which route
"""
