import module_that_is_nowhere


def balanced(text):
    return True
