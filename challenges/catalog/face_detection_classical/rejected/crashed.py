"""Asks OpenCV for the Haar cascade of all tutorials; OpenCV 5 has none."""

import cv2

finder = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
