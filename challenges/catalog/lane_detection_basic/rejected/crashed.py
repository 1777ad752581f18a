"""Looks for the train clips as loose folders; they are in train.zip."""

import os

print(sorted(os.listdir(os.path.join(os.environ["DATA_DIR"], "train"))))
