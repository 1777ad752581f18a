"""Reference: a mended past, features known when the forecast is made, a line for each family, trees on the rest."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

HORIZON = 28
ORIGINS = 13
PAIR = ["store", "family"]


def past_sales(days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return (days x series) ln(1 + units), blank where the shop was not open or the figure cannot be right."""
    train = pd.read_csv(DATA_DIR / "train.csv", parse_dates=["date"]).drop_duplicates()
    wide = train.pivot(index="date", columns=PAIR, values="units").reindex(days).astype(float)
    by_store = wide.T.groupby(level="store").sum().T
    for store in by_store:
        opened = by_store.index[by_store[store] > 0].min()
        wide.loc[wide.index < opened, store] = np.nan
        wide.loc[by_store[store] == 0, store] = np.nan  # closed
        # Cases for pieces: a month in which everything sells a tenth of what it did before and does after.
        total = by_store[store].where(by_store[store] > 0)
        usual = total.rolling(181, center=True, min_periods=60).median()
        cases = (total / usual).rolling(7, center=True, min_periods=3).median() < 0.25
        rows = cases.to_numpy() & (wide.index >= opened) & (wide.index <= train["date"].max())
        wide.loc[rows, store] = wide.loc[rows, store].to_numpy() * 12
    return np.log1p(wide)


def calendar(days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return (days x region) 2 on a day off, 1 on its eve, 0 else; moved holidays count where they moved to."""
    entries = pd.read_csv(DATA_DIR / "holidays.csv", parse_dates=["date"], keep_default_na=False)
    entries = entries[entries["transferred"].astype(str) == "False"]
    regions = pd.read_csv(DATA_DIR / "stores.csv")["region"].unique()
    off = pd.DataFrame(0, index=days, columns=regions)
    for region in regions:
        free = entries.loc[entries["region"].isin(["", region]), "date"]
        off.loc[days.isin(free - pd.Timedelta(days=1)), region] = 1
        off.loc[days.isin(free), region] = 2
    return off


def known(days: pd.DatetimeIndex, promotions: pd.DataFrame) -> pd.DataFrame:
    """Return for every day and series what is known long before the day."""
    stores = pd.read_csv(DATA_DIR / "stores.csv").set_index("store")
    oil = pd.read_csv(DATA_DIR / "oil.csv", parse_dates=["date"]).set_index("date")["price"].reindex(days)
    oil = oil.interpolate(limit_direction="both")
    payday = days.day.isin([1, 15, 16]) | days.is_month_end
    off = calendar(days)
    day = pd.DataFrame(
        {
            "weekday": days.day_of_week,
            "day_of_year": days.day_of_year,
            "payday": payday.astype(int),
            "oil_later": oil.shift(21).bfill().to_numpy(),
        },
        index=days,
    )
    table = np.log1p(promotions).stack(PAIR, future_stack=True).rename("promotion").reset_index()
    table = table.merge(day, left_on="date", right_index=True)
    table["region"] = table["store"].map(stores["region"])
    long_off = off.rename_axis("date").stack().rename("off").rename_axis(["date", "region"]).reset_index()
    return table.merge(long_off, on=["date", "region"])


def seen_from(origin: pd.Timestamp, sales: pd.DataFrame, promotions: pd.DataFrame) -> pd.DataFrame:
    """Return for the four weeks after a day what the past until that day says of each series."""
    days = pd.date_range(origin + pd.Timedelta(days=1), periods=HORIZON, name="date")
    past = sales[sales.index <= origin]
    plain = past.where(promotions.reindex(past.index) == 0)  # what sells without promotion
    features = {
        "level_14": past.iloc[-14:].mean(),
        "level_56": past.iloc[-56:].mean(),
        "plain_28": plain.iloc[-28:].mean(),
        "plain_112": plain.iloc[-112:].mean(),
        "level_year": past.iloc[-364:].mean(),
    }
    frame = pd.DataFrame(features).reset_index()
    recent = plain.iloc[-112:]
    of_weekday = recent.groupby(recent.index.day_of_week).mean() - recent.mean()
    of_weekday = of_weekday.rename_axis("weekday").stack(PAIR, future_stack=True).rename("of_weekday").reset_index()
    # Where the season goes, by family: a week of last year against the four weeks before last year's same day.
    family = past.T.groupby(level="family").mean().T.rolling(7, center=True, min_periods=3).mean()
    before = family.reindex(pd.date_range(end=origin - pd.Timedelta(days=364), periods=28)).mean()
    step = (family.reindex(days - pd.Timedelta(days=364)) - before).set_axis(days)
    rows = step.rename_axis("date").stack(future_stack=True).rename("step").reset_index().merge(frame, on="family")
    rows["weekday"] = rows["date"].dt.day_of_week
    rows["ahead"] = (rows["date"] - origin).dt.days
    return rows.merge(of_weekday, on=[*PAIR, "weekday"], how="left").drop(columns="weekday")


def by_family(rows: pd.DataFrame) -> np.ndarray:
    """Return the effects that differ by family, a block of columns for each: promotion, day off, season, ..."""
    effects = np.column_stack(
        [
            rows["promotion"],
            rows["off"] == 2,
            rows["off"] == 1,
            rows["payday"],
            rows["step"].fillna(0),
            np.eye(7)[rows["weekday"]],
        ]
    ).astype(np.float32)
    families = np.eye(rows["family"].max() + 1, dtype=np.float32)[rows["family"]]
    return (families[:, :, None] * effects[:, None, :]).reshape(len(rows), -1)


def main() -> None:
    test = pd.read_csv(DATA_DIR / "test.csv", parse_dates=["date"], dtype={"id": str})
    train = pd.read_csv(DATA_DIR / "train.csv", parse_dates=["date"]).drop_duplicates()
    days = pd.date_range(train["date"].min(), test["date"].max(), name="date")
    promotions = pd.concat([train, test]).pivot(index="date", columns=PAIR, values="promo_items").reindex(days)
    sales = past_sales(days)
    last = train["date"].max()

    origins = [last - pd.Timedelta(days=HORIZON * step) for step in range(1, ORIGINS + 1)]
    rows = pd.concat([seen_from(origin, sales, promotions) for origin in origins])
    target = sales.rename_axis("date").stack(PAIR, future_stack=True).rename("target").reset_index()
    facts = known(days, promotions)
    rows = rows.merge(facts, on=["date", *PAIR]).merge(target, on=["date", *PAIR]).dropna(subset="target")
    asked = seen_from(last, sales, promotions).merge(facts, on=["date", *PAIR])

    for table in (rows, asked):
        table["family"] = pd.Categorical(table["family"], categories=sorted(train["family"].unique())).codes
        table["region"] = pd.Categorical(table["region"], categories=sorted(facts["region"].unique())).codes
    columns = [name for name in asked if name not in ("date", "store")]
    # Lines go on where trees have seen nothing yet, so they come first; trees then learn what the lines get wrong.
    base = [table["plain_28"].fillna(table["level_56"]).fillna(0) for table in (rows, asked)]
    lines = Ridge(alpha=20.0).fit(by_family(rows), rows["target"] - base[0])
    base = [start + lines.predict(by_family(table)) for start, table in zip(base, (rows, asked), strict=True)]
    forecast = np.zeros(len(asked))
    for seed in range(2):
        model = HistGradientBoostingRegressor(
            learning_rate=0.05,
            max_iter=120,
            max_leaf_nodes=16,
            min_samples_leaf=80,
            l2_regularization=10,
            categorical_features=["family", "region", "weekday"],
            max_features=0.5,
            random_state=seed,
        )
        model.fit(rows[columns], rows["target"] - base[0])
        forecast += (model.predict(asked[columns]) + base[1]) / 2

    names = sorted(train["family"].unique())
    asked = asked.assign(units=np.expm1(np.maximum(forecast, 0)), family=[names[code] for code in asked["family"]])
    submission = test.merge(asked[["date", *PAIR, "units"]], on=["date", *PAIR])[["id", "units"]]
    submission.to_csv(OUTPUT_DIR / "submission.csv", index=False)


main()
