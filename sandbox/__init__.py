"""Where strange code runs: one command, or one conversation, under limits.

    contract.py ── what is asked (RunSpec) and what is answered (RunResult)
        ├─ docker.py       production
        ├─ bubblewrap.py   where there is no Docker engine
        ├─ trusted.py      our own programs only (baselines and references at mint time)
        └─ scripted.py     replies from a script, for tests

This room knows no challenge, no score, no database. Nothing above it speaks to Docker.
"""
