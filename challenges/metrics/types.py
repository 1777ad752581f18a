"""What a row of the registry says about a metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class MetricError(ValueError):
    """The metric is not defined on these arrays: empty, not finite, shapes that differ, one class only."""


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class Takes(StrEnum):
    """What the two arrays hold, row by row."""

    NUMBERS = "numbers"
    LABELS = "labels"
    """Classes as text or integers; with the parameter `threshold`, predictions are probabilities of `positive`."""
    PROBABILITIES = "probabilities"
    """Truth 0 or 1, predictions the probability of 1."""
    CLASS_PROBABILITIES = "class_probabilities"
    """Truth: a class 0 .. k - 1; predictions: k scores or probabilities, one for each class."""
    TICKS = "ticks"
    """k labels a row, 1 ticked or 0 not, on both sides."""
    LABEL_SCORES = "label_scores"
    """Truth: k labels a row, 1 ticked or 0 not; predictions: k scores."""
    FEATURES = "features"
    """Truth: the features of a point; predictions: its cluster."""
    FEATURE_SETS = "feature_sets"
    """Truth: the features of a real sample; predictions: those of a generated one, not the same."""
    NEARNESS = "nearness"
    """Truth: distance of a real sample to the nearest training sample; predictions: that of a generated one."""
    IMAGES = "images"
    """One picture (height, width) or (height, width, channels) a row, on both sides of one shape."""
    FEATURE_MAPS = "feature_maps"
    """Feature maps (channels, ...) of one layer a row, on both sides."""
    PAYOFFS = "payoffs"
    """Truth: what acting on a row brings; predictions: 1 act, 0 leave alone."""
    TEXTS = "texts"
    """Truth: a text, or a list of texts where a metric takes several references; predictions: a text."""
    NEXT_TOKENS = "next_tokens"
    """Truth: tokens of a text, or `tokens` and `size_bytes`; predictions: a distribution for all or for each."""
    TAGS = "tags"
    """One list of tags a row, a tag for each word, on both sides of one length."""
    TOPIC_SHARES = "topic_shares"
    """Truth: shares of the true topics in a document; predictions: shares of the topics found."""
    TOPIC_WORDS = "topic_words"
    """Truth: the reference corpus, the same in each row; predictions: the top words of one topic."""
    RANKINGS = "rankings"
    """Truth: the relevant items of a query, or item -> gain; predictions: items, best first."""
    OFFERS = "offers"
    """Truth: the items that may be recommended to a user; predictions: items, best first."""
    ITEM_VECTORS = "item_vectors"
    """Truth: numbers of the items that a row asks about; predictions: one table of vectors, the same in each row."""
    DETECTIONS = "detections"
    """Truth: annotations of one image; predictions: detections of one image."""
    PARTITIONS = "partitions"
    """One array of integer labels a row, on both sides."""
    COSTS = "costs"
    """Truth: what a row costs without skill; predictions: what it cost the learner."""
    RESULTS = "results"
    """Truth: the opponent's rating; predictions: 1 win, 0.5 draw, 0 loss."""
    DIGITS = "digits"
    """Truth: target digits; predictions: digits reached."""
    CHECKS = "checks"
    """Truth: the weight of a check; predictions: 1 passed, 0 failed, or in between."""
    MEASUREMENTS = "measurements"
    """Predictions are figures that we measured ourselves; truth is not looked at."""
    OUTCOMES = "outcomes"
    """Predictions: 1 or 0 as we saw it ourselves, such as solved or failed; truth is not looked at."""
    VECTORS = "vectors"
    """One vector of numbers a row, on both sides of one length."""
    PLACES = "places"
    """Latitude and longitude in degrees, on both sides."""
    DIRECTIONS = "directions"
    """One vector other than 0 a row, on both sides; only its direction counts."""
    TOLERANCES = "tolerances"
    """Truth: the right number and how far from it is still right; predictions: a number."""
    QUESTIONS = "questions"
    """Truth: `type` (number, date, category, set), `value`, and `tolerance` or `options`; predictions: a text."""
    FORECASTS = "forecasts"
    """Truth: `actual` (h,), `history` (t,) and perhaps `weight` of a series; predictions: (h,) numbers."""
    FORECASTS_TO_BEAT = "forecasts_to_beat"
    """Truth: `actual` (h,), `reference` (h,) of a simple rule, perhaps `scale` (h,); predictions: (h,) numbers."""
    QUANTILES = "quantiles"
    """Truth: a number or a series (h,); predictions: (k,) or (h, k) quantiles at the k levels."""
    SAMPLES = "samples"
    """Truth: a number or a series (h,); predictions: (m,) or (h, m) draws from the forecast distribution."""
    INTERVALS = "intervals"
    """Truth: a number or a series (h,); predictions: (2,) or (h, 2) lower and upper end."""
    SCALED_INTERVALS = "scaled_intervals"
    """Truth: the right number and the standard error of the best estimator; predictions: lower and upper end."""
    POSITIONS = "positions"
    """Truth: (t,) or (t, assets) returns of the periods of a series; predictions: positions held in them."""
    LABEL_SERIES = "label_series"
    """One series of integer labels a row, on both sides of one length."""
    ALARMS = "alarms"
    """Truth: `length` and `onsets` (k,) of the events of one stream; predictions: (a,) times of the alarms."""
    TRIALS = "trials"
    """Truth: 1 treated or 0 not, and the outcome; predictions: the expected gain from treating."""
    VERDICTS = "verdicts"
    """Truth: 1 where there is an effect, 0 where there is none; predictions: 1 effect declared, 0 not."""
    UTILITIES = "utilities"
    """Truth: what the best policy earns on a row; predictions: what the learner earned."""
    UTILITIES_BETWEEN = "utilities_between"
    """Truth: what the floor policy and what the best policy earn on a row; predictions: what the learner earned."""
    OPTIONS = "options"
    """Truth: what the oracle's choice earns, then what each option 0, 1, ... earns; predictions: the option chosen."""
    SEARCHES = "searches"
    """Truth: optimum, typical value, and budget of a search; predictions: true values of what was tried, in order."""
    RATES = "rates"
    """Truth: for how long we measured, in s; predictions: how much was done in that time."""
    TIMES = "times"
    """Truth: time of the program to beat; predictions: the learner's; above 0, in one unit."""
    LOAD = "load"
    """Truth: phase of a request (an integer) and the weight of that phase; predictions: 1 right and in time, else 0."""
    PARTS = "parts"
    """Truth: floor, ceiling and weight of each part of a composite score; predictions: the values of the parts."""
    EDITS = "edits"
    """One list of [row, column, new value] a table, or of other items a picture, on both sides."""
    MASKS = "masks"
    """Truth: annotations of one image with masks; predictions: masks of one image, each with a score."""
    LABEL_MAPS = "label_maps"
    """One array of integer labels a row, a picture or a volume, on both sides of one shape."""
    SCALED_MASKS = "scaled_masks"
    """Truth: `mask`, a picture or a volume of 0 and 1, and `spacing_mm` of its axes; predictions: a mask."""
    PROMPTED_MASKS = "prompted_masks"
    """Truth: the mask of one target; predictions: (k, *shape) masks, one after each prompt."""
    KEYPOINTS = "keypoints"
    """Truth: annotations of one image with keypoints; predictions: keypoints of one image, each with a score."""
    LANDMARKS = "landmarks"
    """Truth: `points` (k, 3) x, y, seen, and `scale_px` of one figure; predictions: (k, 2) x, y."""
    TRACKS = "tracks"
    """One sequence a row: (m, 6) frame, track, x, y, w, h."""
    POSES = "poses"
    """Truth: `pose` (3, 4), `points_m` (k, 3) and perhaps `diameter_m` of an object; predictions: (3, 4) poses."""
    CORNERS = "corners"
    """(4, 2) places of four corners in px, on both sides."""
    LANES = "lanes"
    """(lanes, h) x of each lane at the h heights of one image, negative where it is not, on both sides."""
    DEPTHS = "depths"
    """Depth maps in m, on both sides of one shape; 0 in the truth where it is not known."""
    TRAJECTORIES = "trajectories"
    """(k, 3) places in m at the times of one sequence, on both sides."""
    POINTS = "points"
    """(k, 3) points of a surface, on both sides as many as there are."""
    ORIENTED_POINTS = "oriented_points"
    """(k, 6) points of a surface with its normals, on both sides as many as there are."""
    VOXELS = "voxels"
    """One grid of 0 and 1 a row, on both sides of one shape."""


class Effect(StrEnum):
    """What becomes of a score when all numbers on both sides are changed alike."""

    UNCHANGED = "unchanged"
    PROPORTIONAL = "proportional"
    """Scaling by c scales the score by c."""
    SQUARED = "squared"
    """Scaling by c scales the score by c * c."""
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a metric promises about itself; the property suite tries every claim, and that the denied ones fail."""

    symmetric: bool
    """Truth and predictions may change places."""
    one_row: bool
    """Defined on a single row."""
    constant_truth: bool
    """Defined where all rows have the same truth."""
    repeats: bool = True
    """Writing every row twice leaves the score as it is."""
    shift: Effect = Effect.OTHER
    """The same number added to everything on both sides."""
    scale: Effect = Effect.OTHER
    """Everything on both sides times the same positive number."""
    ranks_only: bool = False
    """Only the order of the predictions counts: a strictly rising transformation of them changes nothing."""
    relabelled: bool = False
    """Other names for the predicted classes change nothing, as for partitions."""


MetricFunction = Callable[..., float]
"""(truth, predictions, **params) -> the score."""
RowFigures = Callable[..., NDArray[np.float64]]
"""(truth, predictions, **params) -> figures whose first axis is the row."""
FromSums = Callable[[NDArray[np.float64]], NDArray[np.float64]]
StandardError = Callable[..., float]
"""(truth, predictions, **params) -> standard error of the score over independent rows, by a closed form."""
Resampled = Callable[..., NDArray[np.float64]]
"""(truth, predictions, counts, **params) -> (m,) scores."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One row of the registry.

    The last members say how to reach the same value on resampled rows without starting afresh; a metric has at most
    one of the three ways, and scoring falls back on calling `function` again where it has none.
    """

    id: str
    title: str
    function: MetricFunction
    better: Better
    best: float | None
    worst: float | None
    """None, on either side, where a score has no bound there."""
    takes: Takes
    version: int = 1
    """Raised whenever the same input can give another number."""
    params: Mapping[str, type] = field(default_factory=dict)
    signature: str | None = None
    """The variant in the words of its reference library, as papers quote it."""
    unit: str = "row"
    """What is resampled for the error: row, image, utterance, sequence, series, user, query, episode, ..."""
    claims: Claims | None = None
    """A metric without claims fails the property suite."""
    standard_error: StandardError | None = None
    pulls: RowFigures | None = None
    """(n,) how far each row pulls the score, around 0; their squares add up to its variance. For metrics not made of
    sums that have such a closed form all the same; those made of sums need none."""
    row_scores: RowFigures | None = None
    """(n,) scores whose plain mean is the metric, where that is so."""
    row_sums: RowFigures | None = None
    """(n, k) figures whose sums over the rows are all that the metric needs; goes with `from_sums`."""
    from_sums: FromSums | None = None
    """(..., k) sums -> (...) values of the metric; NaN where it is not defined."""
    resampled: Resampled | None = None
    """(m, n) counts, how often each row is drawn -> (m,) values of the metric; NaN where it is not defined."""
