import cv2

for photo in photos
    print(photo)
