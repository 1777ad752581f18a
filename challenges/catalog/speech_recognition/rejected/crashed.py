"""Looks for the train calls as loose files; they are in train.zip."""

import os
import wave

with wave.open(os.path.join(os.environ["DATA_DIR"], "train", "00000000.wav")) as sound:
    print(sound.getnframes())
