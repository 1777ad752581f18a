"""Brings a neural network that somebody else trained."""

import cv2.dnn

print(cv2.dnn.readNet)
