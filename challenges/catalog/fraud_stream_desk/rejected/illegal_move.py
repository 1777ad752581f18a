import sys

for _ in sys.stdin:
    print("approve", flush=True)
