"""The whole judge on one machine, shown by its own front door.

manage.py demo
  ├─ minting.py     every challenge, one process a core
  ├─ children.py    web server and workers as child processes, stopped together
  └─ learner.py     signs up, hands in every baseline and reads the boards, all by the REST API
"""
