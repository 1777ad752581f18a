"""Reference: mend the six exports once, then answer each question by a comparison within like and like."""

import os
from pathlib import Path

import numpy as np
import pandas as pd

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

FIRST_DAY = pd.Timestamp("2029-01-01")
DAYS = 364
DRIVERS = ["queue", "noise_db", "room_c", "light_lux"]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
SURE = 5.0
"""Standard errors from which on a difference is called one: many are looked at."""


def day_text(day: int) -> str:
    return str((FIRST_DAY + pd.Timedelta(days=int(day))).date())


def slopes(y: pd.Series, columns: dict, groups: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return coefficients and standard errors of a regression within groups."""
    table = pd.DataFrame({**columns, "y": y}).astype(float)
    table = table[table.notna().all(axis=1)]
    table = table - table.groupby(groups.loc[table.index]).transform("mean")
    X, target = table.drop(columns="y").to_numpy(), table["y"].to_numpy()
    inverse = np.linalg.inv(X.T @ X)
    found = inverse @ X.T @ target
    error = np.sqrt(np.diag(inverse) * np.var(target - X @ found))
    names = list(columns)
    return pd.Series(found, names), pd.Series(error, names)


def driver_of_gaps(gap: pd.Series, candidates: dict) -> str:
    """Return the candidate among whose levels the share of gaps differs most, or none."""
    share = gap.mean()
    surprise = {}
    for name, levels in candidates.items():
        by_level = gap.groupby(levels).agg(["mean", "size"])
        surprise[name] = ((by_level["mean"] - share).abs() / np.sqrt(share * (1 - share) / by_level["size"])).max()
    best = max(surprise, key=surprise.get)
    return best if surprise[best] > SURE else "none"


def peaks(values: pd.Series) -> int:
    """Return how many hills a smooth histogram of logarithms has, crumbs not counted."""
    counts, _ = np.histogram(np.log(values), bins=120)
    window = np.exp(-0.5 * (np.arange(-12, 13) / 4) ** 2)
    smooth = np.convolve(counts, window, mode="same")
    inner = smooth[1:-1]
    return int(((inner > smooth[:-2]) & (inner >= smooth[2:]) & (inner > 0.15 * smooth.max())).sum())


# --- mend -------------------------------------------------------------------------------------------------------------
answers: dict[str, object] = {}
questions = pd.read_csv(DATA_DIR / "questions.csv", dtype={"id": str})
stores = pd.read_csv(DATA_DIR / "stores.csv")
products = pd.read_csv(DATA_DIR / "products.csv")
customers = pd.read_csv(DATA_DIR / "customers.csv", dtype={"phone": str})
lines = pd.read_csv(DATA_DIR / "lines.csv", dtype={"price": str})
sessions = pd.read_csv(DATA_DIR / "sessions.csv", parse_dates=["started"])
orders = pd.read_csv(DATA_DIR / "orders.csv", parse_dates=["time"])

answers["double_orders"] = orders.duplicated().sum()
orders = orders.drop_duplicates().reset_index(drop=True)

# One person, one telephone: whatever stands around its last eight digits.
number = customers["phone"].str.replace(r"\D", "", regex=True).str[-8:]
answers["persons"] = number.nunique()
person_of = pd.Series(number.to_numpy(), index=customers["customer_id"])
orders["person"] = orders["customer_id"].map(person_of)
person = customers.drop_duplicates().assign(person=number).drop_duplicates("person").set_index("person")

# Orders outside the opening hours give the wrong clock away.
hour = orders["time"].dt.hour
closed = orders[(hour >= 21) | (hour < 6)]
answers["clock_store"] = closed["store_id"].value_counts().idxmax()
days_closed = (
    closed.loc[closed["store_id"] == answers["clock_store"], "time"] - pd.Timedelta(hours=5) - FIRST_DAY
).dt.days
wrong_from = days_closed.min()
answers["clock_day"] = day_text(wrong_from)
early = (orders["time"] - pd.Timedelta(hours=5) - FIRST_DAY).dt.days
wrong = (orders["store_id"] == answers["clock_store"]) & early.between(wrong_from, wrong_from + 39)
orders.loc[wrong, "time"] -= pd.Timedelta(hours=5)
orders["day"] = (orders["time"] - FIRST_DAY).dt.days
hour = orders["time"].dt.hour

products["category"] = products["category"].str.strip().str.lower().str.replace("-", " ")
answers["categories"] = products["category"].nunique()
heavier = np.log(products["weight"]) - np.log(products["weight"]).groupby(products["category"]).transform("median")
by_supplier = heavier.groupby(products["supplier"]).median()
answers["pound_supplier"] = by_supplier.idxmax() if by_supplier.max() > 0.4 else "none"
pounds = products["supplier"] == answers["pound_supplier"]
products.loc[pounds, "weight"] /= 2.20462
answers["mean_weight"] = products["weight"].mean()

codes = questions.set_index("topic").loc["prep_code", "options"].split(" | ")
code = max(codes, key=lambda text: (orders["prep_s"] == int(text)).sum())
answers["prep_code"] = code
measured = orders["prep_s"] != int(code)
possible = measured & (orders["prep_s"] <= 7200)
answers["impossible_prep"] = (measured & ~possible).sum()
prep_min = (orders["prep_s"] / 60).where(possible)

answers["orphan_lines"] = (~lines["product_id"].isin(products["product_id"])).sum()
lines["price"] = lines["price"].str.replace(",", ".").astype(float)

# --- distributions ----------------------------------------------------------------------------------------------------
sold = lines[lines["quantity"] > 0]
worth = orders["order_id"].map((sold["price"] * sold["quantity"]).groupby(sold["order_id"]).sum())
items = orders["order_id"].map(sold.groupby("order_id")["quantity"].sum())
answers["median_order"] = worth.median()
answers["prep_modes"] = peaks(orders.loc[possible, "prep_s"])
answers["prep_p90"] = orders.loc[possible, "prep_s"].quantile(0.9)
answers["log_worth_sd"] = np.log(worth).std()
spend = np.sort(worth.groupby(orders["person"]).sum().to_numpy())
rank = np.arange(1, len(spend) + 1)
answers["spend_gini"] = 2 * (rank * spend).sum() / (len(spend) * spend.sum()) - (len(spend) + 1) / len(spend)

# --- what is missing --------------------------------------------------------------------------------------------------
kinds = {"channel": orders["channel"], "payment": orders["payment"], "weekend": orders["time"].dt.day_of_week >= 5,
         "morning": hour < 11}  # fmt: skip
gap = orders["satisfaction"].isna()
answers["satisfaction_gaps"] = driver_of_gaps(gap, kinds)
told = kinds.get(answers["satisfaction_gaps"], pd.Series(0, index=orders.index))
# The mean of those who answered, level by level, weighted by all orders of the level.
answers["satisfaction_mean"] = (
    orders["satisfaction"].fillna(orders["satisfaction"].groupby(told).transform("mean")).mean()
)
columns = {name: customers[name] for name in ("segment", "came_by", "card", "home_region")}
answers["birth_gaps"] = driver_of_gaps(customers["birth_year"].isna(), columns)
columns = {"device": sessions["device"], "arm": sessions["arm"], "hour": sessions["started"].dt.hour}
answers["minutes_gaps"] = driver_of_gaps(sessions["minutes"].isna(), columns)
gaps = orders[[*DRIVERS, "cup_c"]].isna().astype(float).corr().to_numpy() - np.eye(5)
pair = np.unravel_index(np.argmax(gaps), gaps.shape)
answers["missing_together"] = ";".join([*DRIVERS, "cup_c"][place] for place in pair)
per_day = orders.groupby(["store_id", "day"]).size().unstack(fill_value=0).reindex(columns=range(DAYS), fill_value=0)
quiet = per_day.T.rolling(15).sum().T
answers["silent_store"] = quiet.min(axis=1).idxmin()
of_store = per_day.loc[answers["silent_store"]].to_numpy()
empty = [(start, start + 15) for start in range(DAYS - 14) if of_store[start : start + 15].sum() == 0]
answers["silent_day"] = day_text(empty[0][0] if empty else quiet.loc[answers["silent_store"]].idxmin() - 14)

# --- relations, within stores -----------------------------------------------------------------------------------------
app = (orders["channel"] == "app").astype(float)
known = {"machine": (orders["machine"] == "B").astype(float), "prep": prep_min, "prep_app": prep_min * app, "app": app}
known |= {"cup": orders["cup_c"] - 64, "cup_squared": (orders["cup_c"] - 64) ** 2}
known |= {name: orders[name] / orders[name].std() for name in DRIVERS}
known |= {
    f"kind_{name}": (values == values.mode()[0]).astype(float) for name, values in kinds.items() if name != "channel"
}
slope, error = slopes(orders["satisfaction"], known, orders["store_id"])
inside = (orders[DRIVERS] - orders.groupby("store_id")[DRIVERS].transform("mean")).std() / orders[DRIVERS].std()
answers["strongest_driver"] = (slope[DRIVERS] * inside).abs().idxmax()
sure = abs(slope["machine"]) > SURE * error["machine"]
answers["machine"] = "no difference" if not sure else "raises" if slope["machine"] > 0 else "lowers"
answers["best_cup"] = 64 - slope["cup"] / (2 * slope["cup_squared"])
sure = abs(slope["prep_app"]) > SURE * error["prep_app"]
answers["prep_by_channel"] = "alike" if not sure else "app" if slope["prep_app"] < 0 else "counter"
answers["prep_slope"] = -slope["prep"]

of_order = person.loc[orders["person"]]
card = pd.Series((of_order["card"] == "yes").to_numpy().astype(float), index=orders.index)
segment = pd.Series(of_order["segment"].to_numpy(), index=orders.index)
ways = {name: (orders["payment"] == name).astype(float) for name in ("cash", "card", "phone", "voucher")}
slope, error = slopes(items, {"card": card}, segment + orders["store_id"] + orders["payment"])
answers["card_items"] = slope["card"]
lead = {}
for name, pays in ways.items():
    slope, error = slopes(items, {"pays": pays}, segment + orders["store_id"])
    lead[name] = slope["pays"] / error["pays"] if slope["pays"] > 0.2 else 0.0
answers["payment_items"] = max(lead, key=lead.get) if max(lead.values()) > SURE else "none"

# --- time -------------------------------------------------------------------------------------------------------------
answers["peak_weekday"] = WEEKDAYS[orders["time"].dt.day_of_week.mode()[0]]
answers["peak_hour"] = hour.mode()[0]
by_day = orders.groupby("day").size().reindex(range(DAYS), fill_value=0)
by_app = app.groupby(orders["day"]).sum().reindex(range(DAYS), fill_value=0)
# The day that splits the year into two shares under which the orders are most likely.
apps, all_of = np.cumsum(by_app.to_numpy()), np.cumsum(by_day.to_numpy())


def likelihood(k: float, n: float) -> float:
    return k * np.log(k / n) + (n - k) * np.log(1 - k / n)


def gain(day: int) -> float:
    before, n = apps[day - 1], all_of[day - 1]
    return likelihood(before, n) + likelihood(apps[-1] - before, all_of[-1] - n)


answers["app_day"] = day_text(max(range(10, DAYS - 10), key=gain))

log_count = np.log(by_day.to_numpy())
log_count = log_count - pd.Series(log_count).groupby(np.arange(DAYS) % 7).transform("median").to_numpy()
weekly = log_count.reshape(52, 7).mean(axis=1)
strength = {}
for period in (14, 28, 91, 182):
    turn = 2 * np.pi * np.arange(DAYS) / period
    X = np.column_stack([np.ones(DAYS), np.sin(turn), np.cos(turn)])
    fit = X @ np.linalg.lstsq(X, log_count, rcond=None)[0]
    strength[period] = (np.var(fit) / np.var(log_count), fit)
best = max(strength, key=lambda period: strength[period][0])
share, fit = strength[best]
answers["season"] = best if share > 0.15 else "none"
rest = weekly - (fit.reshape(52, 7).mean(axis=1) if share > 0.15 else 0)
answers["busy_week"] = day_text(7 * int(np.argmax(rest)))

goods = lines.merge(products, on="product_id").merge(orders[["order_id", "day", "store_id"]], on="order_id")
month = goods["day"] / (DAYS / 12)
growth = np.polyfit(month, np.log(goods["price"] / goods["list_price"]), 1)[0]
answers["inflation"] = 100 * np.expm1(growth)
back = (goods["quantity"] < 0).groupby(goods["day"]).mean()
answers["refund_day"] = day_text(back.idxmax())

# --- joins ------------------------------------------------------------------------------------------------------------
revenue = goods["price"] * goods["quantity"]
answers["margin_category"] = (
    (revenue - goods["unit_cost"] * goods["quantity"]).groupby(goods["category"]).sum().idxmax()
)
by_product = revenue.groupby(goods["product_id"]).sum().sort_values(ascending=False)
answers["pareto"] = 100 * by_product.iloc[: len(products) // 5].sum() / by_product.sum()
answers["top_products"] = ";".join(goods.groupby("product_id")["quantity"].sum().nlargest(3).index)
region = goods["store_id"].map(stores.set_index("store_id")["region"])
answers["best_region"] = (revenue.groupby(region).sum() / stores["region"].value_counts()).idxmax()
each = (
    orders.groupby("person").size().reindex(person.index, fill_value=0).groupby(person["came_by"]).agg(["mean", "sem"])
)
lowest = each["mean"].idxmin()
others = each.drop(lowest)
apart = (others["mean"].min() - each.loc[lowest, "mean"]) / np.hypot(each.loc[lowest, "sem"], others["sem"].max())
answers["rare_customers"] = lowest if apart > 4 else "none"
converted = sessions["session_id"].isin(orders["session_id"].dropna())
answers["session_rate"] = 100 * converted.mean()
rate = converted.groupby(sessions["arm"]).agg(["mean", "sem"])
step = rate.loc["B", "mean"] - rate.loc["A", "mean"]
answers["ab_test"] = "no difference" if abs(step) < 3.5 * np.hypot(*rate["sem"]) else "B" if step > 0 else "A"

written = {topic: f"{value:.6g}" if isinstance(value, float) else str(value) for topic, value in answers.items()}
submission = pd.DataFrame({"id": questions["id"], "answer": questions["topic"].map(written).fillna("")})
submission.to_csv(OUTPUT_DIR / "answers.csv", index=False)
