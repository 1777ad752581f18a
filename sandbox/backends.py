"""Name -> backend, imported on first use; `choose` takes the best that works here."""

from __future__ import annotations

from importlib import import_module

from sandbox.contract import Probe, Sandbox
from sandbox.errors import SandboxUnavailable

BACKENDS = {
    "docker": "sandbox.docker:DockerSandbox",
    "warm": "sandbox.warm:WarmSandbox",
    "bubblewrap": "sandbox.bubblewrap:BubblewrapSandbox",
}

BEST_FIRST = ("docker", "warm", "bubblewrap")


def load(name: str) -> Sandbox:
    """Return the named backend, ready to be probed. Raises SandboxUnavailable for an unknown name."""
    if name not in BACKENDS:
        raise SandboxUnavailable(f"no sandbox is called {name!r}; known are {', '.join(sorted(BACKENDS))}")
    module, _, attribute = BACKENDS[name].partition(":")
    backend: Sandbox = getattr(import_module(module), attribute)()
    return backend


def choose(name: str = "auto") -> tuple[Sandbox, Probe]:
    """Return the named backend, or for `auto` the best usable one. Raises SandboxUnavailable with every reason."""
    reasons = []
    for candidate in BEST_FIRST if name == "auto" else (name,):
        sandbox = load(candidate)
        probe = sandbox.probe()
        if probe.usable:
            return sandbox, probe
        reasons.append(f"{candidate}: {probe.reason}")
    raise SandboxUnavailable("programs cannot be run here. " + "; ".join(reasons))
