"""Discussion of a challenge: threads in Markdown, pinned by instructors, posts that learners can report.

models.py     threads, posts, reports
threads.py    who may write, report, hide and pin; what a page shows
"""
