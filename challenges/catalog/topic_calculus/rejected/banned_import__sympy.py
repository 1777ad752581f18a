import sympy


def derivative(expr, var, at):
    return float(sympy.diff(expr, var))
