import numpy as np
from yard_kit import run

run(lambda film: None, lambda t, frame: (np.zeros((60, 80), dtype=bool), []))
