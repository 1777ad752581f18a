"""Every file of rejected/ earns the code in its name, through the very pipeline that learners meet."""

from __future__ import annotations

import re

from challenges.audit.pipeline import Pipeline
from challenges.audit.report import Check
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.spec import Size


def check_rejections(challenge: Challenge, paper: Minted, size: Size, pipeline: Pipeline) -> list[Check]:
    """Return one check for each rejected file, and one that there are any."""
    files = challenge.rejected()
    checks = [
        Check("rejected_files_are_there", bool(files), f"rejected/ holds {len(files)} files; expected at least 1")
    ]
    for name, data in files.items():
        code = re.split(r"__|\.", name.rpartition("/")[2])[0]
        graded = pipeline.grade(data, name.rpartition("/")[2], challenge=challenge, paper=paper, size=size)
        earned = {graded.verdict, *(finding.code for finding in graded.findings)}
        found = ", ".join(sorted(earned))
        checks.append(Check(f"rejected/{name}", code in earned, f"earns {found}; expected {code}"))
    return checks
