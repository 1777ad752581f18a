import numpy as np
from yard_kit import run

run(lambda film: None, lambda t, frame: (np.zeros(frame.shape[:2], dtype=bool), [0]))
