"""The small program inside the sandbox: it waits for its job on standard input, then becomes the learner's program.

    start.py ──> boot.main ──┬─ protocol   "ready" out, one line of JSON in
                             ├─ guard      the import rule of the challenge
                             ├─ program    main.py, as `python main.py` would run it
                             ├─ notebook   the code cells of main.ipynb, in order
                             └─ report     the last exception, for the judge

Standard library only, Python 3.11 or newer. It shares its process with the learner's program, so nothing that it says
afterwards is believed by the judge beyond what concerns that learner alone.
"""
