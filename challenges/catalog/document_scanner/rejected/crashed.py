raise RuntimeError("fails before it writes anything")
