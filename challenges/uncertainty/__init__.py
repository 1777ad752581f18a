"""How far a score may be from what it would be on other rows: pure functions, seeded, without files or clock.

resampling.py    the values of a metric under resampling of units, paired across submissions by a seed
closed_forms.py  the standard error without resampling: means, proportions, anything made of sums
intervals.py     the 95 % interval of a score from its error
delong.py        the same for ROC AUC
differences.py   the difference of two submissions: error, 95 % interval, p-value
ties.py          which rows of a board are statistically level
ladder.py        a public board that tells no more than it must (Blum and Hardt 2015)
"""
