"""The exam paper and the marking rule: what is asked, and how an answer is scored.

    catalog/<slug>/   one folder a challenge: challenge.yaml, statement.md, data.py, baseline/, reference/, rejected/
    spec.py           challenge.yaml as a strict type          loader.py    slug -> Challenge
    minting.py        (secret, edition, size) -> Dataset -> files        packing.py   the same bytes for the same content
    readers.py        untrusted answer -> aligned arrays       programs.py  untrusted program -> files
    referee.py        the trusted side of a conversation       scoring.py   Evaluation -> Scores
    audit.py          proves each folder sound

This room knows no user, no database, no container.
"""
