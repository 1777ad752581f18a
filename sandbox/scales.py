"""What a program in namespaces of this host uses: told by its control group, else by its processes and folders."""

from __future__ import annotations

import os
from dataclasses import replace

from sandbox.box import Sample
from sandbox.cgroups import Group
from sandbox.processes import tree_sample


class Scales:
    """Measures one box; `folders` are open descriptors of what it can write in memory."""

    def __init__(self, group: Group | None, *, namespace: str, folders: dict[str, int]) -> None:
        self._group = group
        self._namespace = namespace
        self._folders = folders
        self.final_cpu_s: float | None = None
        """Set once all processes are gone, where no group has counted them."""

    def sample(self) -> Sample:
        if self._group is not None:
            return self._group.sample()
        if self.final_cpu_s is not None:
            return Sample(cpu_s=self.final_cpu_s)
        sample = tree_sample(self._namespace)
        files_mb = sum(_used_mb(descriptor) for descriptor in list(self._folders.values()))
        return replace(sample, memory_mb=(sample.memory_mb or 0.0) + files_mb)

    def is_full(self, path: str) -> bool:
        """Whether the program ran into the cap on a folder's bytes or files."""
        facts = os.fstatvfs(self._folders[path])
        return facts.f_bfree == 0 or (facts.f_files > 0 and facts.f_ffree == 0)


def _used_mb(descriptor: int) -> float:
    facts = os.fstatvfs(descriptor)
    return (facts.f_blocks - facts.f_bfree) * facts.f_frsize / 2**20
