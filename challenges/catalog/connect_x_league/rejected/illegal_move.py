import sys

for _ in sys.stdin:
    print("I play column 3", flush=True)
