"""What a challenge forbids is not there, by whatever way it is asked for."""

from __future__ import annotations

from sandbox.conformance.bench import Bench, expect, same
from sandbox.contract import Outcome


def banned_packages_are_absent(bench: Bench) -> None:
    """A banned package cannot be had by import, importlib, another interpreter or by looking for its files."""
    direct = bench.run("import json\nimport sklearn.linear_model\n", banned_imports=("sklearn", "scipy"))
    expect(direct, Outcome.BANNED_IMPORT, noted="sklearn may not be used")
    same(direct.error and (direct.error.file, direct.error.line), ("main.py", 2))
    result = bench.run(
        """
        import importlib, importlib.util, os, subprocess, sys
        got = []
        def attempt(label, action):
            try: action(); got.append(label)
            except (ImportError, AttributeError, KeyError, ValueError, SystemError): pass
        attempt("import_module", lambda: importlib.import_module("sklearn.linear_model").LinearRegression())
        attempt("__import__", lambda: __import__("sklearn.linear_model").linear_model.LinearRegression())
        sys.meta_path[:] = [finder for finder in sys.meta_path if "Guard" not in type(finder).__name__]
        import builtins, _frozen_importlib
        builtins.__import__ = _frozen_importlib.__import__
        attempt("without the guard", lambda: importlib.import_module("sklearn.linear_model").LinearRegression())
        faked = compile("import sklearn.svm; sklearn.svm.SVC()", "/usr/lib/python3/x.py", "exec")
        attempt("fake frame", lambda: exec(faked, {}))
        code = "import sklearn.linear_model; sklearn.linear_model.LinearRegression()"
        for python in (sys.executable, "/usr/bin/python3"):
            if not os.path.exists(python): continue
            if subprocess.run([python, "-c", code], capture_output=True).returncode == 0: got.append(python)
        for folder, _, files in os.walk("/"):
            if folder.startswith(("/proc", "/sys")): continue
            got += [os.path.join(folder, name) for name in files if name.startswith("_ransac.")]
        print(got)
        """,
        banned_imports=("sklearn", "scipy"),
    )
    expect(result, Outcome.FINISHED, printed="[]\n")


def a_banned_part_of_a_package_is_hollow(bench: Bench) -> None:
    """With numpy.linalg banned, numpy works and every use of numpy.linalg is refused, with or without the guard."""
    good = "import numpy\nprint((numpy.ones((2, 2)) @ numpy.ones(2)).tolist())\n"
    banned = ("numpy.linalg", "ctypes")
    expect(bench.run(good, banned_imports=banned), Outcome.FINISHED, printed="[2.0, 2.0]\n")
    for program in (
        "import numpy\nnumpy.linalg.inv(numpy.eye(2))",
        "from numpy import linalg\nlinalg.inv([[1.0]])",
        "from numpy.linalg import inv\ninv([[1.0]])",
        "import numpy.linalg",
        "import numpy\nnumpy.polyfit([1, 2, 3], [1, 2, 3], 1)",
    ):
        expect(bench.run(program, banned_imports=banned), Outcome.BANNED_IMPORT)
    result = bench.run(
        """
        import importlib, os, sys, numpy
        sys.meta_path.pop(0)
        sys.modules.pop("numpy.linalg")
        got = []
        def attempt(label, action):
            try: action(); got.append(label)
            except (ImportError, AttributeError): pass
        attempt("again", lambda: importlib.import_module("numpy.linalg").inv(numpy.eye(2)))
        attempt("compiled", lambda: importlib.import_module("numpy.linalg._umath_linalg").inv)
        attempt("ctypes", lambda: importlib.import_module("_ctypes").dlopen)
        for folder, folders, files in os.walk("/"):
            folders[:] = [name for name in folders if name not in ("proc", "sys")]
            got += [name for name in files if "umath_linalg" in name and os.path.getsize(os.path.join(folder, name))]
        print(got)
        """,
        banned_imports=banned,
    )
    expect(result, Outcome.FINISHED, printed="[]\n")


def a_banned_library_module_is_hollow(bench: Bench) -> None:
    """Modules of the standard library can be banned; libraries that import them still load."""
    banned = ("ctypes", "fractions", "subprocess")
    for name in banned:
        expect(bench.run(f"import {name}", banned_imports=banned), Outcome.BANNED_IMPORT, noted=name)
    result = bench.run("import numpy, pandas\nprint(pandas.DataFrame({'a': [1]}).a.sum())", banned_imports=banned)
    expect(result, Outcome.FINISHED, printed="1\n")
    result = bench.run(
        """
        import sys
        sys.meta_path.pop(0)
        import builtins, _frozen_importlib
        builtins.__import__ = _frozen_importlib.__import__
        import fractions
        fractions.Fraction(1, 2)
        """,
        banned_imports=banned,
    )
    expect(result, Outcome.BANNED_IMPORT)
