"""What learners see in a browser: each view parses, calls the judge, renders. Everything works without JavaScript.

challenges.py   the list, overview, data         facets.py     words and filters of the list, with counts
                                                 previews.py   first rows of tables
roadmaps.py     roadmaps with progress
boards.py       leaderboards                     scale.py      the ruler between floor and ceiling
                                                 standings.py  lines: shared ranks, intervals, medals, anchors
                                                 board_parts.py  what is kept of a board from visit to visit
                                                 board_rows.py lines as HTML
                                                 climbing.py   score over time of the leading teams
board_files.py  a board as csv and JSON          board_feed.py new bests as an Atom feed
board_embed.py  a board in a frame
submissions.py  hand-in, history, cancel, choose
                                                 live.py       one submission from the queue to the verdict
                                                 plots.py timelines.py  what is drawn of it
teams.py        create, join, leave
discussions.py  threads and posts                notices.py    what is told by e-mail
lookup.py       address -> edition and what this visitor may see of it
refusals.py     a refusal that no form caught -> a page with its sentence
words.py        every code of the judge in a learner's words        tags.py       the same for templates
markdown.py     statements as safe HTML           icons.py      icons beside words

Who may open which page is written in web/access.py; whose submission it is, judge/history.py decides.
"""
