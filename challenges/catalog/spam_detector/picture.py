"""A thread of last month's messages as they were written: two from people, and in red two that were marked as spam."""

from __future__ import annotations

import textwrap

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import FAINT, INK, LINE, RED, SHEET, bare


def draw(figure: Figure, dataset: Dataset) -> None:
    mail = table(dataset.public["train.csv"])
    mail = mail[mail.text.str.len().between(44, 72)]
    spam = mail[mail.label == 1].text
    disguised = spam[spam.str.count(r"[a-z][0-9@$*][a-z]").sort_values(ascending=False, kind="stable").index]
    kind = mail[(mail.label == 0) & mail.text.str.contains("the cat is|pick up") & (mail.text.str.len() < 60)].text
    axes = bare(figure, margin=0.0)
    axes.set_xlim(0, 16)
    axes.set_ylim(0, 9)
    for place, text in enumerate((kind.iloc[0], disguised.iloc[0], kind.iloc[3], disguised.iloc[1])):
        marked = place % 2 == 1
        left, bottom = 4.6 if marked else 0.5, 6.85 - 2.13 * place
        bubble = FancyBboxPatch((left + 0.4, bottom + 0.4), 10.1, 0.85, "round,pad=0.4,rounding_size=0.5", linewidth=2)
        bubble.set(facecolor=SHEET if marked else FAINT, edgecolor=RED if marked else LINE)
        axes.add_patch(bubble)
        words = "\n".join(textwrap.wrap(text, 38))
        axes.text(left + 0.6, bottom + 0.8, words, va="center", fontsize=14, color=RED if marked else INK)
