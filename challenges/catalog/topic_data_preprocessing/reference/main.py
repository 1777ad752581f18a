"""Reference: each column by its own rules, doubles by name, birth and home, calls by a model on the mended lists."""

import json
import os
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

COLUMNS = json.loads((DATA_DIR / "schema.json").read_text())["columns"]
PLACES = pd.read_csv(DATA_DIR / "places.csv", dtype=str).set_index("postcode")["town"]
NUMBERS = [name for name, column in COLUMNS.items() if "low" in column]
CATEGORIES = [name for name, column in COLUMNS.items() if column["type"] == "category"]
NOT_KNOWN = ["unknown", "?", "n/a"]  # the practice lists show two more than the schema names
NUMBER_CODES = ["-1", "999"]
SHIFTED = ["rest_bp", "cholesterol", "max_hr"]


def read(folder: str) -> dict[str, pd.DataFrame]:
    """Return every list, a text in each cell."""
    paths = sorted((DATA_DIR / folder).glob("*.csv"))
    return {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths}


def known_values(lists: dict[str, pd.DataFrame]) -> dict[str, list[str]]:
    """Return the right values of each category: told by the schema, or those that many people share."""
    known = {}
    for column in CATEGORIES:
        counts = Counter(cell for table in lists.values() for cell in table[column])
        common = [value for value, count in counts.items() if count > 0.03 * sum(counts.values())]
        often = [value for value in common if value and value == value.strip().lower() and value not in NOT_KNOWN]
        known[column] = COLUMNS[column].get("values", often)
    return known


def nearest(text: str, known: list[str]) -> str:
    """Return the known value that a text most resembles."""
    return max(known, key=lambda value: SequenceMatcher(None, text.strip().lower(), value).ratio())


def clean(dirty: pd.DataFrame, known: dict[str, list[str]]) -> pd.DataFrame:
    """Return the list as it should be; an empty cell is not known."""
    table = dirty.copy()
    for column in CATEGORIES:
        meant = {cell: nearest(cell, known[column]) for cell in table[column].unique() if cell not in [*NOT_KNOWN, ""]}
        table[column] = table[column].map(meant).fillna("")
    table["town"] = table["postcode"].map(PLACES)
    months = table["visit_date"].str[5:7]
    odd = months != months.mode()[0]
    table.loc[odd, "visit_date"] = table["visit_date"].str.replace(r"-(\d\d)-(\d\d)$", r"-\2-\1", regex=True)
    table.loc[table["birth_date"] == "1900-01-01", "birth_date"] = ""
    born, seen = pd.to_datetime(table["birth_date"]), pd.to_datetime(table["visit_date"])
    had_no_birthday = (seen.dt.month * 100 + seen.dt.day) < (born.dt.month * 100 + born.dt.day)
    age = seen.dt.year - born.dt.year - had_no_birthday
    table["age"] = [cell if np.isnan(years) else str(int(years)) for cell, years in zip(table["age"], age, strict=True)]
    for column in NUMBERS:
        table[column] = [plausible(cell, column) for cell in table[column]]
    return table


def plausible(text: str, column: str) -> str:
    """Return a number as it must have been meant: in the usual unit, its point in the right place, or blank."""
    if text == "" or text in NUMBER_CODES:
        return ""
    rule, value = COLUMNS[column], float(text)
    readings = [value]
    if "other_unit" in rule:
        readings.append(value * rule["other_unit"]["factor"])
    if column in SHIFTED:
        readings += [value * 10, value / 10]
    for place, reading in enumerate(readings):
        if rule["low"] <= round(reading, rule["digits"]) <= rule["high"]:
            return text if place == 0 else f"{reading:.{rule['digits']}f}"
    return ""


def doubles(table: pd.DataFrame) -> np.ndarray:
    """Return one number for each line; lines of one person share it."""
    entity = np.arange(len(table))
    rows = table.to_dict("records")
    for a in range(len(rows)):
        for b in range(a + 1, len(rows)):
            if same_person(rows[a], rows[b]):
                entity[entity == entity[b]] = entity[a]
    return entity


def same_person(a: dict[str, str], b: dict[str, str]) -> bool:
    """Return whether two lines are of one person, who may have moved, or married.

    With an equal day of birth, the name or home and given name are proof enough; without one, name and home are needed.
    """
    if a["sex"] != b["sex"]:
        return False
    at_home = a["postcode"] == b["postcode"]
    if a["birth_date"] and b["birth_date"]:
        return a["birth_date"] == b["birth_date"] and given_alike(a, b) and (at_home or family_alike(a, b))
    return at_home and abs(int(a["age"]) - int(b["age"])) <= 1 and given_alike(a, b) and family_alike(a, b)


def given_alike(a: dict[str, str], b: dict[str, str]) -> bool:
    given, other = parts(a["name"])[0], parts(b["name"])[0]
    short = min(len(given), len(other))
    return given[:short] == other[:short]


def family_alike(a: dict[str, str], b: dict[str, str]) -> bool:
    return SequenceMatcher(None, parts(a["name"])[1], parts(b["name"])[1]).ratio() > 0.8


def parts(name: str) -> tuple[str, str]:
    """Return given and family name, whichever way round they were written."""
    if "," in name:
        family, given = name.split(",")
    else:
        given, family = name.split(" ", 1)
    return given.strip().strip(".").lower(), family.strip().lower()


def features(table: pd.DataFrame, known: dict[str, list[str]]) -> np.ndarray:
    """Return numbers, logarithms of the skewed ones, which are missing, and a column for each category."""
    numbers = table[[*NUMBERS, "age"]].apply(pd.to_numeric, errors="coerce")
    numbers[["cholesterol", "glucose"]] = np.log(numbers[["cholesterol", "glucose"]])
    numbers["pack_years"] = np.log1p(numbers["pack_years"])
    numbers["diabetes"] = (numbers["glucose"] > np.log(126)).astype(float)
    blank = numbers[["pack_years"]].isna().to_numpy()
    one_hot = [table[column] == value for column in CATEGORIES for value in known[column]]
    no_test = table["thallium"] == ""
    return np.column_stack([numbers, blank, *one_hot, no_test]).astype(float)


def main() -> None:
    practice, hidden = read("practice"), read("lists")
    known = known_values({**practice, **hidden})
    told = pd.read_csv(DATA_DIR / "practice_records.csv", dtype={"list": str})
    told = told.set_index(["list", "row"])
    X = np.vstack([features(clean(table, known), known) for table in practice.values()])
    y = np.concatenate([told.loc[name, "ill"].to_numpy() for name in practice])
    groups = np.repeat(np.arange(len(practice)), [len(table) for table in practice.values()])
    impute = SimpleImputer(strategy="median")
    models = [
        make_pipeline(impute, StandardScaler(), LogisticRegression(C=0.05, class_weight="balanced")),
        make_pipeline(impute, ExtraTreesClassifier(200, min_samples_leaf=4, class_weight="balanced", random_state=0)),
    ]
    for model in models:
        # Doubles of a person lie in one list, so whole lists are left out.
        chance = cross_val_predict(model, X, y, groups=groups, cv=GroupKFold(4), method="predict_proba")[:, 1]
        hits = [y[groups == g][np.argsort(-chance[groups == g])[:10]].mean() for g in np.unique(groups)]
        print(type(model[-1]).__name__, np.mean(hits))
        model.fit(X, y)

    repairs, records, calls = [], [], []
    for name, dirty in (hidden or practice).items():
        table = clean(dirty, known)
        rows, columns = np.nonzero((table != dirty).to_numpy())
        repairs += [(name, row, table.columns[c], table.iat[row, c]) for row, c in zip(rows, columns, strict=True)]
        records += [(name, row, entity) for row, entity in enumerate(doubles(table))]
        x = features(table, known)
        chance = np.mean([model.predict_proba(x)[:, 1] for model in models], axis=0)
        calls += [(name, rank, row) for rank, row in enumerate(np.argsort(-chance)[:10], start=1)]
    for file, lines, header in (
        ("repairs.csv", repairs, ["list", "row", "column", "value"]),
        ("records.csv", records, ["list", "row", "entity"]),
        ("calls.csv", calls, ["list", "rank", "call"]),
    ):
        pd.DataFrame(lines, columns=header).to_csv(OUTPUT_DIR / file, index=False)


if __name__ == "__main__":
    main()
