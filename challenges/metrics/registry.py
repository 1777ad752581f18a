"""Every metric that a challenge may name: one literal table, found by grep, read at one glance."""

from __future__ import annotations

from challenges.metrics import classification, clustering, detection, games, probability, regression, systems, text
from challenges.metrics.types import Better, Metric, Takes

UP, DOWN = Better.HIGHER, Better.LOWER
BINARY: dict[str, type] = {"positive": object, "threshold": float}

# fmt: off
_TABLE: tuple[Metric, ...] = (
    # Classes
    Metric(id="accuracy", title="Accuracy", function=classification.accuracy, better=UP, best=1, worst=0,
           takes=Takes.LABELS, params=BINARY, row_scores=classification.hits),
    Metric(id="balanced_accuracy", title="Balanced accuracy", function=classification.balanced_accuracy, better=UP,
           best=1, worst=0, takes=Takes.LABELS, params=BINARY,
           row_sums=classification.class_sums, from_sums=classification.mean_recall),
    Metric(id="f1_macro", title="Macro F1", function=classification.f1_macro, better=UP, best=1, worst=0,
           takes=Takes.LABELS, params=BINARY,
           row_sums=classification.class_sums, from_sums=classification.mean_f1),
    Metric(id="f1", title="F1", function=classification.f1, better=UP, best=1, worst=0, takes=Takes.LABELS,
           params=BINARY, row_sums=classification.positive_sums, from_sums=classification.f1_of),
    Metric(id="precision", title="Precision", function=classification.precision, better=UP, best=1, worst=0,
           takes=Takes.LABELS, params=BINARY,
           row_sums=classification.positive_sums, from_sums=classification.precision_of),
    Metric(id="recall", title="Recall", function=classification.recall, better=UP, best=1, worst=0,
           takes=Takes.LABELS, params=BINARY,
           row_sums=classification.positive_sums, from_sums=classification.recall_of),
    # Probabilities
    Metric(id="roc_auc", title="ROC AUC", function=probability.roc_auc, better=UP, best=1, worst=0,
           takes=Takes.PROBABILITIES),
    Metric(id="pr_auc", title="Average precision", function=probability.pr_auc, better=UP, best=1, worst=0,
           takes=Takes.PROBABILITIES),
    Metric(id="log_loss", title="Log loss", function=probability.log_loss, better=DOWN, best=0, worst=None,
           takes=Takes.PROBABILITIES, row_scores=probability.surprises),
    Metric(id="brier", title="Brier score", function=probability.brier, better=DOWN, best=0, worst=1,
           takes=Takes.PROBABILITIES, row_scores=probability.squared_distances),
    # Numbers
    Metric(id="rmse", title="RMSE", function=regression.rmse, better=DOWN, best=0, worst=None, takes=Takes.NUMBERS,
           row_sums=regression.square_sums, from_sums=regression.root_of_mean),
    Metric(id="mae", title="MAE", function=regression.mae, better=DOWN, best=0, worst=None, takes=Takes.NUMBERS,
           row_scores=regression.absolute_errors),
    Metric(id="rmsle", title="RMSLE", function=regression.rmsle, better=DOWN, best=0, worst=None, takes=Takes.NUMBERS,
           row_sums=regression.log_square_sums, from_sums=regression.root_of_mean),
    Metric(id="r2", title="R²", function=regression.r2, better=UP, best=1, worst=None, takes=Takes.NUMBERS,
           row_sums=regression.variance_sums, from_sums=regression.explained),
    # Partitions
    Metric(id="ari", title="Adjusted Rand index", function=clustering.ari, better=UP, best=1, worst=-0.5,
           takes=Takes.PARTITIONS, row_scores=clustering.ari_rows),
    Metric(id="nmi", title="Normalised mutual information", function=clustering.nmi, better=UP, best=1, worst=0,
           takes=Takes.PARTITIONS, row_scores=clustering.nmi_rows),
    Metric(id="k_accuracy", title="Right number of clusters", function=clustering.k_accuracy, better=UP, best=1,
           worst=0, takes=Takes.PARTITIONS, params={"dust": int}, row_scores=clustering.k_rows),
    # Boxes
    Metric(id="coco_map", title="mAP", function=detection.coco_map, better=UP, best=1, worst=0,
           takes=Takes.DETECTIONS, resampled=detection.coco_map_resampled),
    Metric(id="coco_map50", title="mAP@50", function=detection.coco_map50, better=UP, best=1, worst=0,
           takes=Takes.DETECTIONS, resampled=detection.coco_map50_resampled),
    Metric(id="coco_map75", title="mAP@75", function=detection.coco_map75, better=UP, best=1, worst=0,
           takes=Takes.DETECTIONS, resampled=detection.coco_map75_resampled),
    # Texts
    Metric(id="wer", title="Word error rate", function=text.wer, better=DOWN, best=0, worst=None, takes=Takes.TEXTS,
           row_sums=text.word_edits, from_sums=text.ratio),
    Metric(id="cer", title="Character error rate", function=text.cer, better=DOWN, best=0, worst=None,
           takes=Takes.TEXTS, row_sums=text.character_edits, from_sums=text.ratio),
    Metric(id="exact_match", title="Exact match", function=text.exact_match, better=UP, best=1, worst=0,
           takes=Takes.TEXTS, row_scores=text.matches),
    # Games
    Metric(id="elo", title="Rating", function=games.elo, better=UP, best=None, worst=None,
           takes=Takes.RESULTS, resampled=games.elo_resampled),
    Metric(id="win_rate", title="Win rate", function=games.win_rate, better=UP, best=1, worst=0, takes=Takes.RESULTS,
           row_scores=games.results),
    # Programs at work
    Metric(id="cost_saving", title="Cost saved", function=systems.cost_saving, better=UP, best=1, worst=-1,
           takes=Takes.COSTS, row_sums=systems.cost_sums, from_sums=systems.saved),
    Metric(id="digits_score", title="Digits", function=systems.digits_score, better=UP, best=1, worst=0,
           takes=Takes.DIGITS, row_scores=systems.digit_shares),
    Metric(id="checks_passed", title="Checks passed", function=systems.checks_passed, better=UP, best=1, worst=0,
           takes=Takes.CHECKS, row_sums=systems.check_sums, from_sums=systems.share),
    Metric(id="mean", title="Mean", function=systems.mean, better=UP, best=None, worst=None,
           takes=Takes.MEASUREMENTS, row_scores=systems.measured),
    Metric(id="mean_cost", title="Mean cost", function=systems.mean, better=DOWN, best=0, worst=None,
           takes=Takes.MEASUREMENTS, row_scores=systems.measured),
    Metric(id="percentile", title="Percentile", function=systems.percentile, better=DOWN, best=0, worst=None,
           takes=Takes.MEASUREMENTS, params={"q": float}),
    Metric(id="total", title="Total", function=systems.total, better=DOWN, best=0, worst=None,
           takes=Takes.MEASUREMENTS),
)
# fmt: on

METRICS: dict[str, Metric] = {metric.id: metric for metric in _TABLE}
