"""Looks for the train photos as loose files; they are in train.zip."""

import os

print(sorted(os.listdir(os.path.join(os.environ["DATA_DIR"], "train"))))
