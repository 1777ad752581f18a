import cv2

for clip in clips
    print(clip)
