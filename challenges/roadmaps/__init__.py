"""The four roadmaps as data: what a learner can do one after the other, and which challenge serves each project.

    video.yaml     22 projects V-..                    spec.py      the files' strict type
    article.yaml   25 projects DC-..                   loader.py    all of them together: unique ids, shared challenges
    ninety.yaml    90 projects ML-.. DL-.. CV-..       coverage.py  which rows have a challenge by now
    topics.yaml    19 topics TP-..

A row names the challenge that serves it whether that is built already or not; a row with `same_as` shares the challenge
of the row that it names. A challenge's own `roadmap:` list says the same from the other side, and a test holds the two
together.
"""
