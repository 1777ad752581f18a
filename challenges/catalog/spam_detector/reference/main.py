"""Reference: disguises undone, words and pieces of words by TF-IDF, logistic regression, sender and hour."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

train = pd.read_csv(DATA_DIR / "train.csv", dtype={"message_id": str})
hidden = DATA_DIR / "test.csv"
test = pd.read_csv(hidden if hidden.exists() else DATA_DIR / "sample" / "test.csv", dtype={"message_id": str})

LOOKALIKES = str.maketrans("\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0455", "aceopxyis")
LEET = str.maketrans("43105$7@!8", "aeiosstaib")
SPACED = re.compile(r"\b(?:\w([.\-* ])(?=\w\1|\w\b)){2,}\w\b")


def plain(text: str) -> str:
    """Return what was meant, as far as it can be guessed; numbers become a sign for numbers."""
    text = text.lower().translate(LOOKALIKES)
    text = SPACED.sub(lambda found: re.sub(r"[.\-* ]", "", found[0]), text)
    words = []
    for token in text.split():
        letters = sum(letter.isalpha() for letter in token)
        if re.search(r"\w\.\w+/", token):
            words.append("xlink")
        elif re.fullmatch(r"0\d{8,}\W*", token):
            words.append("xphone")
        elif re.search(r"\d", token) and (letters == 0 or token.startswith("£")):
            words.append(f"xnumber{len(re.sub(r'[^0-9]', '', token))}")
        elif letters:
            words.append(re.sub(r"(.)\1{1,}", r"\1", token.translate(LEET)))
    return " ".join(words)


everything = pd.concat([train, test], ignore_index=True)
texts = everything["text"].map(plain)
words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"[a-z£%]+\d?")
pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
foreign = everything["text"].str.count(r"[\u0400-\u04ff]") > 0
beside = pd.get_dummies(everything["sender_kind"], dtype=float).assign(
    foreign=foreign.astype(float),
    night=everything["hour"].lt(7).astype(float),
    link=texts.str.contains("xlink").astype(float),
    phone=texts.str.contains("xphone").astype(float),
)
known = len(train)
X = hstack([words.fit(texts[:known]).transform(texts), pieces.fit(texts[:known]).transform(texts), csr_matrix(beside)])
X = X.tocsr()
y = train["label"].to_numpy()

model = LogisticRegression(C=8.0, max_iter=300, solver="liblinear").fit(X[:known], y)
prob = model.predict_proba(X[known:])[:, 1]
answer = pd.DataFrame({"message_id": test["message_id"], "spam_prob": prob.round(6)})
answer.to_csv(OUTPUT_DIR / "predictions.csv", index=False)

# Spammy words by log odds of the share of messages that hold them, spelt as a dictionary would.
plain_words = train["text"].str.lower().map(lambda text: set(re.findall(r"\b[a-z]{3,}\b", text)))
counts = {
    label: pd.Series([w for one in plain_words[train["label"] == label] for w in one]).value_counts()
    for label in (0, 1)
}
table = pd.DataFrame(counts).fillna(0)
table = table[table[1] >= 4]
odds = np.log((table[1] + 1) / (y.sum() + 2)) - np.log((table[0] + 1) / ((1 - y).sum() + 2))
(OUTPUT_DIR / "top_words.json").write_text(json.dumps(odds.sort_values(ascending=False).index[:30].tolist()))
