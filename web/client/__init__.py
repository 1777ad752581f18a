"""The `judge` command that learners run at home: talks HTTP, imports no Django.

main.py         words on the command line -> one function of a verb; exit status
 ├─ catalogue.py   challenges, files, leaderboard, submissions: tables
 ├─ accounts.py    login, sign-up, logout
 ├─ fetching.py    download: resumes, checks sha256
 ├─ handing_in.py  submit, cancel, choose; watching.py shows a submission run
 ├─ checking.py    check: the judge's own validator, before anything is sent
 └─ scoring.py     score: the judge's own metrics; scored_tables.py and scored_cells.py read the files
door.py         one HTTP call, errors as sentences     home.py    server and token, kept with mode 0600
tables.py       table, csv, json                       errors.py  what ends a command
"""
