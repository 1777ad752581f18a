"""Unpacks three things from findContours, as OpenCV 3 returned them."""

import cv2
import numpy as np

picture, contours, tree = cv2.findContours(np.zeros((9, 9), np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
