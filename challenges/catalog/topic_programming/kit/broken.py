"""Four functions with a fault or two each. Copy them into solution.py and mend them; what is right must stay."""
# ruff: noqa: B006


def median(values):
    """Return the middle of the sorted values, or the mean of the two in the middle. ValueError for no values."""
    if not values:
        raise ValueError("no values")
    values.sort()
    half = len(values) // 2
    return values[half]


def collect(item, into=[]):
    """Append an item to a list and return the list; without a list, to a new one."""
    into.append(item)
    return into


def binary_search(values, wanted):
    """Return the FIRST place of a number in a sorted list, or -1."""
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if values[middle] == wanted:
            return middle
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return -1


def merge_settings(base, over):
    """Return a new dictionary: `base` with what `over` says; dictionaries inside are merged, all else is replaced."""
    for key, value in over.items():
        if isinstance(value, dict) and key in base:
            base[key] = merge_settings(base[key], value)
        else:
            base[key] = value
    return base
