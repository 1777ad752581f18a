import numpy as np
import pandas as pd

count = len(pd.read_csv("/data/test.csv"))
np.savez("/output/corners.npz", corners=np.zeros((count, 8)))
