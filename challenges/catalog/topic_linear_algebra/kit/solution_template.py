"""Rename me to solution.py and fill me in; the statement says what each function returns."""

# ---- vectors


def add(u, v): ...


def scale(c, v): ...


def dot(u, v): ...


def norm(v): ...


def cosine(u, v): ...


def project(u, onto): ...


def gram_schmidt(vectors): ...


# ---- matrices


def matmul(a, b): ...


def matvec(a, v): ...


def transpose(a): ...


def trace(a): ...


def det(a): ...


def rank(a, tolerance): ...


def is_orthogonal(a, tolerance): ...


def change_basis(v, basis): ...


# ---- solving


def solve(a, b): ...


def inverse(a): ...


def lstsq(a, b): ...


def lu(a): ...


def qr(a): ...


def cholesky(a): ...


def nullspace(a): ...


# ---- eigenvalues


def power_iteration(a): ...


def eig_sym(a): ...


def svd(a): ...


def pca(x, k): ...
