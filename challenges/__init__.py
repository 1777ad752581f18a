"""The exam paper and the marking rule: what is asked, and how an answer is scored.

    catalog/<slug>/   one folder a challenge: challenge.yaml, statement.md, data.py, baseline/, reference/, rejected/
    spec.py           challenge.yaml as a strict type          loader.py    slug -> Challenge
    minting.py        (secret, edition, size) -> Dataset       packing.py   the same bytes for the same content
    readers/          untrusted answer -> aligned arrays       programs.py  untrusted program -> files
    referee.py        the trusted side of a conversation       scoring.py   Evaluation -> Scores
    anchors.py        floor and ceiling of an edition          audit/       proves each folder sound
    metrics/          pure functions and their registry        worlds/      generators that several challenges share

This room knows no user, no database, no container.
"""
