"""`python -m benchmarks`: every benchmark in turn, each printing its own table."""

from benchmarks import turnaround

turnaround.main()
