"""Patients of several clinics, with an illness of the heart that builds up unseen.

    causes (age, sex, smoking, pressure, cholesterol, glucose) ──> burden ──> manifestations (pain, pulse, ECG, vessels)
                                                                     └────────────> illness <────────┘
    labs: three that the burden changes, two that only go along with age, seven that tell nothing

Clinics see different people, calibrate their instruments differently, and leave different things blank.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

Array = NDArray[np.float64]

CLINICS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm")
CAUSES = ("age", "sex", "pack_years", "rest_bp", "cholesterol", "glucose")
MANIFESTATIONS = (
    "chest_pain", "max_hr", "exercise_angina", "st_depression", "slope", "vessels", "thallium", "troponin",
)  # fmt: skip
TELLING, ALONG = 3, 2
"""How many labs the illness changes, and how many only go along with age."""
PAINS = ("typical", "atypical", "other", "none")
SLOPES = ("up", "flat", "down")
THALLIUM = ("normal", "fixed", "reversible")

SUDDEN_SD = 0.75
"""What of the burden no cause explains."""
STEEPNESS = 1.35
HIGH_TROPONIN = 12.0
FAST_HR = 165


@dataclass(frozen=True)
class Lab:
    """What is usual; of a skewed value its logarithm."""

    mean: float
    sd: float
    digits: int
    skewed: bool = False


LABS = {
    "uric_acid": Lab(5.4, 1.2, 1),
    "triglycerides": Lab(4.75, 0.42, 0, skewed=True),
    "sodium": Lab(140, 2.5, 0),
    "potassium": Lab(4.2, 0.4, 1),
    "calcium": Lab(9.4, 0.4, 1),
    "albumin": Lab(4.3, 0.3, 1),
    "platelets": Lab(250, 55, 0),
    "ferritin": Lab(4.6, 0.8, 0, skewed=True),
    "tsh": Lab(0.6, 0.5, 2, skewed=True),
    "alt": Lab(3.2, 0.45, 0, skewed=True),
    "bilirubin": Lab(-0.5, 0.4, 1, skewed=True),
    "vitamin_d": Lab(3.2, 0.4, 0, skewed=True),
}


@dataclass(frozen=True, kw_only=True)
class Region:
    """The secret of one edition."""

    weight: dict[str, float]
    """How much each cause adds to the burden."""
    level: Array
    """Burden that a clinic's patients bring beyond their causes."""
    older: Array
    men: Array
    pressure_offset: Array
    """What an instrument adds, in mmHg."""
    zero_cholesterol: tuple[int, ...]
    """Clinics that note an unknown cholesterol as 0."""
    no_vessels: Array
    no_thallium: Array
    typical_on_exercise: float
    harmless_pain: float
    acute: float
    telling: dict[str, float]
    """Lab -> what the burden adds to it, in standard deviations."""
    along: tuple[str, ...]
    """Labs that go along with age, and tell nothing to those who know the age."""
    base: float

    @property
    def informative(self) -> tuple[str, ...]:
        """Columns that cause the illness or that it causes."""
        return (*CAUSES, *MANIFESTATIONS, *self.telling)


def settle(rng: np.random.Generator, *, prevalence: float) -> Region:
    """Return a region in which this share of patients is ill."""
    clinics = len(CLINICS)
    typical = {"age": 0.045, "man": 0.75, "pack": 0.022, "pressure": 0.014, "cholesterol": 0.006, "diabetes": 0.6}
    labs = rng.permutation(list(LABS)).tolist()
    drawn = Region(
        weight={cause: value * rng.uniform(0.7, 1.3) for cause, value in typical.items()},
        level=rng.normal(0, 0.25, clinics),
        older=rng.normal(0, 2.5, clinics),
        men=rng.uniform(0.52, 0.76, clinics),
        pressure_offset=rng.normal(0, 5.0, clinics),
        zero_cholesterol=tuple(int(clinic) for clinic in rng.choice(clinics - 1, size=2, replace=False)),
        no_vessels=rng.permutation([0.02, 0.10, 0.25, 0.40, 0.60]),
        no_thallium=rng.permutation([0.02, 0.08, 0.20, 0.35, 0.50]),
        typical_on_exercise=rng.uniform(0.6, 1.1),
        harmless_pain=rng.uniform(0.3, 0.6),
        acute=rng.uniform(0.4, 0.8),
        telling={lab: float(rng.choice([-1, 1]) * rng.uniform(0.25, 0.4)) for lab in labs[:TELLING]},
        along=tuple(labs[TELLING : TELLING + ALONG]),
        base=0.0,
    )
    patients, burden = admit(drawn, rng.choice(clinics, size=20_000), rng)
    logits = logit(drawn, patients, burden)
    base = float(brentq(lambda shift: expit(logits + shift).mean() - prevalence, -10, 10))
    return Region(**(drawn.__dict__ | {"base": base}))


def admit(region: Region, clinic: NDArray[np.int64], rng: np.random.Generator) -> tuple[pd.DataFrame, Array]:
    """Return patients as they are, nothing missing and well measured, and the burden that nobody sees."""
    count = len(clinic)
    age = np.clip(np.round(rng.normal(54 + region.older[clinic], 9.0)), 28, 84)
    man = rng.random(count) < region.men[clinic]
    pack_years = np.where(rng.random(count) < 0.55 - 0.12 * man, 0.0, np.round(rng.gamma(1.8, 11.0, count)))
    heavy = rng.normal(size=count)  # what pressure, cholesterol and glucose have in common
    pressure = np.round(128 + 0.45 * (age - 54) + 5 * heavy + rng.normal(0, 14, count))
    cholesterol = np.round((228 + 9 * ~man * (age > 52) + 9 * heavy) * np.exp(rng.normal(0, 0.19, count)))
    glucose = np.round(np.exp(rng.normal(4.58 + 0.07 * heavy + 0.003 * (age - 54), 0.17, count)))
    # Women catch up with men in the ten years after 58.
    like_a_man = np.where(man, 1.0, np.clip((age - 58) / 10, 0, 0.9))
    weight = region.weight
    burden = (
        weight["age"] * (age - 54)
        + weight["man"] * (like_a_man - 0.7)
        + weight["pack"] * (np.minimum(pack_years, 60) - 11)
        + weight["pressure"] * (pressure - 130)
        + weight["cholesterol"] * (cholesterol - 238)
        + weight["diabetes"] * (glucose > 126)
        + region.level[clinic]
        + rng.normal(0, SUDDEN_SD, count)
    )
    pain = _drawn(
        np.column_stack([0.2 + 0.8 * burden, np.full(count, 0.1), 0.5 - 0.3 * burden, 0.1 - 0.2 * burden]), rng
    )
    patients = pd.DataFrame(
        {
            "age": age.astype(np.int64),
            "sex": np.where(man, "male", "female"),
            "pack_years": pack_years.astype(np.int64),
            "rest_bp": pressure.astype(np.int64),
            "cholesterol": cholesterol.astype(np.int64),
            "glucose": glucose.astype(np.int64),
            "chest_pain": np.array(PAINS)[pain],
            "max_hr": np.clip(np.round(205 - 0.85 * age - 6 * burden + rng.normal(0, 14, count)), 70, 205).astype(int),
            "exercise_angina": np.where(rng.random(count) < expit(-1.1 + 0.9 * burden), "yes", "no"),
            "st_depression": np.round(np.maximum(0.5 + 0.5 * burden + rng.normal(0, 0.9, count), 0), 1),
            "slope": np.array(SLOPES)[
                _drawn(np.column_stack([0.4 - 0.6 * burden, 0 * burden, -1.6 + 0.5 * burden]), rng)
            ],
            "vessels": rng.binomial(3, expit(-1.7 + 0.75 * burden)),
            "thallium": np.array(THALLIUM)[
                _drawn(np.column_stack([0.9 - 0.5 * burden, np.full(count, -1.5), 0.6 * burden]), rng)
            ],
            "troponin": np.round(np.exp(1.7 + 0.4 * burden + rng.normal(0, 0.6, count)), 1),
        }
    )
    return pd.concat([patients, _labs(region, age, burden, rng)], axis=1), burden


def logit(region: Region, patients: pd.DataFrame, burden: Array) -> Array:
    """Return the log odds of the illness for those who know the burden."""
    typical = (patients["chest_pain"] == "typical") & (patients["exercise_angina"] == "yes")
    harmless = (patients["chest_pain"] == "other") & (patients["max_hr"] > FAST_HR)
    acute = (burden > 1.2) & (patients["troponin"] > HIGH_TROPONIN)
    inner = (
        1.05 * burden + region.typical_on_exercise * typical - region.harmless_pain * harmless + region.acute * acute
    )
    return region.base + STEEPNESS * np.asarray(inner, dtype=np.float64)


def note_down(
    region: Region, patients: pd.DataFrame, clinic: NDArray[np.int64], rng: np.random.Generator
) -> pd.DataFrame:
    """Return the same patients as their clinics noted them: offsets, blanks, and zeros that mean blank."""
    noted = patients.copy()
    noted["rest_bp"] = np.round(patients["rest_bp"] + region.pressure_offset[clinic]).astype(np.int64)
    # Whoever complains is examined: the blanks of costly tests are those of the less alarming patients.
    calm = np.where(patients["exercise_angina"] == "no", 1.15, 0.7)
    for column, share in (("vessels", region.no_vessels), ("thallium", region.no_thallium)):
        noted[column] = patients[column].astype(object).where(rng.random(len(noted)) >= share[clinic] * calm)
    noted["troponin"] = patients["troponin"].where(rng.random(len(noted)) >= 0.08 * calm)
    noted["pack_years"] = patients["pack_years"].astype(object).where(rng.random(len(noted)) >= 0.04)
    unknown = rng.random(len(noted)) < np.where(np.isin(clinic, region.zero_cholesterol), 0.3, 0.03)
    zero = unknown & np.isin(clinic, region.zero_cholesterol)
    noted["cholesterol"] = patients["cholesterol"].astype(object).mask(zero, 0).where(zero | ~unknown)
    for lab in LABS:
        noted[lab] = patients[lab].where(rng.random(len(noted)) >= 0.03)
    return noted


def _drawn(scores: Array, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return a class for each row, drawn with the chances exp(score)."""
    return np.asarray(np.argmax(scores + rng.gumbel(size=scores.shape), axis=1), dtype=np.int64)


def _labs(region: Region, age: Array, burden: Array, rng: np.random.Generator) -> pd.DataFrame:
    columns = {}
    common = rng.normal(size=len(age))  # how much somebody drank before the blood was taken
    for name, lab in LABS.items():
        shift = 0.6 * (age - 54) / 9 if name in region.along else region.telling.get(name, 0.0) * burden
        value = lab.mean + lab.sd * (shift + 0.3 * common + 0.95 * rng.normal(size=len(age)))
        columns[name] = np.round(np.exp(value) if lab.skewed else value, lab.digits)
    return pd.DataFrame(columns)
