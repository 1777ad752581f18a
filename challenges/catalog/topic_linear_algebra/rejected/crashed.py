raise RuntimeError("fails while it is being loaded")
