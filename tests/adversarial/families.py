"""All hostile programs, by family."""

from __future__ import annotations

from collections.abc import Mapping

from tests.adversarial.hostile import Hostile
from tests.adversarial.programs import cheating, files, network, privileges, processes, resources

FAMILIES: Mapping[str, tuple[Hostile, ...]] = {
    "network": network.PROGRAMS,
    "files": files.PROGRAMS,
    "processes": processes.PROGRAMS,
    "resources": resources.PROGRAMS,
    "privileges": privileges.PROGRAMS,
    "cheating": cheating.PROGRAMS,
}
