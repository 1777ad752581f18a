import sys

for _ in sys.stdin:
    print("up", flush=True)
