"""Opens a film as a video; it is a folder of pictures."""

import os

import cv2

video = cv2.VideoCapture(os.path.join(os.environ["DATA_DIR"], "test", "film.mp4"))
there, picture = video.read()
print(picture.shape)
