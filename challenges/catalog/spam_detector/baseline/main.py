"""Starter: count words, multinomial naive Bayes.

At home it labels the 60 messages of the folder `sample`; in the judge's sandbox it finds next month's in test.csv.
"""

import json
import os
from pathlib import Path

import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

train = pd.read_csv(DATA_DIR / "train.csv", dtype={"message_id": str})
hidden = DATA_DIR / "test.csv"
test = pd.read_csv(hidden if hidden.exists() else DATA_DIR / "sample" / "test.csv", dtype={"message_id": str})

# Every different spelling is another word here: `fr33` has never been seen. Sender and hour are unused.
vectorizer = CountVectorizer(stop_words=(DATA_DIR / "stopwords.txt").read_text().split())
X = vectorizer.fit_transform(train["text"])
model = MultinomialNB().fit(X, train["label"])

prob = model.predict_proba(vectorizer.transform(test["text"]))[:, 1]
answer = pd.DataFrame({"message_id": test["message_id"], "spam_prob": prob.round(6)})
answer.to_csv(OUTPUT_DIR / "predictions.csv", index=False)

# The spammiest words: those whose probability differs most between spam and the rest.
weight = pd.Series(model.feature_log_prob_[1] - model.feature_log_prob_[0], vectorizer.get_feature_names_out())
words = [word for word in weight.sort_values(ascending=False).index if word.isascii() and word.isalpha()]
(OUTPUT_DIR / "top_words.json").write_text(json.dumps(words[:30]))
