"""Untrusted program -> the files to lay into /work, or every finding at once. Nothing here is run or written to disk.

    .py     becomes the entry (or the first required file)  ┐
    .ipynb  becomes main.ipynb                           ├─ parses? imports allowed? ─> kit laid over ─> Program
    .zip    caps, safe names, a single top folder stripped  ┘

The sandbox enforces the ban on imports when the program runs; the scan here only tells an honest learner at once.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from challenges.readers.archives import Archive, ArchiveCaps, open_archive
from challenges.readers.findings import Findings, shown
from challenges.spec import ProgramSpec

NOTEBOOK = "main.ipynb"
COMPILED_NAMES = re.compile(r"\.(so|pyd|pyc|pyo|dll|dylib|exe|a|o)(\.[0-9.]+)?$", re.IGNORECASE)
COMPILED_STARTS = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ\x90\x00")
"""ELF, Mach-O, universal Mach-O (and Java), Windows: whatever the file is called."""
CACHED = re.compile(r"(^|/)(__pycache__|\.ipynb_checkpoints|\.git|\.venv)/")
"""What a folder collects while one works in it; not handed on."""

FILES = 1000
UNPACKED_FACTOR = 5
"""A zip may unpack to five times the size that it may have."""
GREATEST_RATIO = 200

SOURCE_BYTES = 2_000_000
WORDS = 100_000
"""Words and signs of one Python file; its syntax tree takes up to a kilobyte for each."""
BOM = b"\xef\xbb\xbf"
WORD = re.compile(rb"\w+|[^\w\s]")


@dataclass(frozen=True)
class Program:
    """What lies in /work and which of it is run."""

    files: Mapping[str, bytes]
    """Relative path -> content, the challenge's kit included."""
    entry: str


def read_program(data: bytes, file_name: str, program: ProgramSpec, kit: Mapping[str, bytes]) -> Program:
    """Return the files of a hand-in with the kit laid over them. Raises InvalidSubmission with all findings."""
    findings = Findings()
    kind = _kind(data, file_name, program, findings)
    match kind:
        case "py":
            files = {file_name if file_name in program.acts else program.script: data}
        case "ipynb":
            files = {NOTEBOOK: data}
        case _:
            files = _unpacked(data, program, findings)
    entry = _entry(files, program, findings)
    for name, content in files.items():
        _check_file(name, content, program, findings)
    findings.raise_if_any()
    return Program({**files, **kit}, entry)


def _kind(data: bytes, file_name: str, program: ProgramSpec, findings: Findings) -> str:
    kind = file_name.lower().rpartition(".")[2]
    expected = ", ".join(f".{accepted}" for accepted in program.accepts)
    if kind not in program.accepts:
        findings.add("unknown_type", f"{shown(file_name)}: expected a file of type {expected}", expected=expected)
    elif not data.strip():
        findings.add("empty_file", f"{shown(file_name)} is empty")
    elif len(data) > program.max_mb * 1_000_000:
        findings.add("too_large", f"the file has {len(data) / 1e6:.1f} MB; expected at most {program.max_mb:g} MB")
    findings.raise_if_any()
    return kind


def _unpacked(data: bytes, program: ProgramSpec, findings: Findings) -> dict[str, bytes]:
    unpacked_bytes = int(UNPACKED_FACTOR * program.max_mb * 1_000_000)
    caps = ArchiveCaps(files=FILES, bytes_=unpacked_bytes, depth=12, ratio=GREATEST_RATIO)
    archive = open_archive(data, caps=caps, findings=findings)
    files = {name: archive.read(name, findings) for name in archive.sizes() if not CACHED.search(name)}
    findings.raise_if_any()
    return _without_top_folder(files, archive)


def _without_top_folder(files: dict[str, bytes], archive: Archive) -> dict[str, bytes]:
    """A zip of a folder holds that folder; its files are meant."""
    tops = {name.partition("/")[0] for name in archive.sizes()}
    if len(tops) != 1 or any("/" not in name for name in files):
        return files
    return {name.partition("/")[2]: content for name, content in files.items()}


def _entry(files: Mapping[str, bytes], program: ProgramSpec, findings: Findings) -> str:
    """Return what is run; a finding for each file that must be there and is not."""
    if program.acts:
        if not any(name in files for name in program.acts):
            found, names = ", ".join(sorted(files)[:5]) or "nothing", ", ".join(program.acts)
            findings.add("missing_entry", f"expected one at least of {names} at the top, found {shown(found)}")
        return program.entry
    if not program.required and program.entry not in files and NOTEBOOK in files and "ipynb" in program.accepts:
        return NOTEBOOK
    for name in program.required or (program.entry,):
        if name not in files:
            found = ", ".join(sorted(files)[:5]) or "nothing"
            findings.add("missing_entry", f"expected the file {name} at the top, found {shown(found)}", file=name)
    return program.entry


def _check_file(name: str, content: bytes, program: ProgramSpec, findings: Findings) -> None:
    if COMPILED_NAMES.search(name) or content.startswith(COMPILED_STARTS):
        findings.add(
            "compiled_file", f"{shown(name)} is compiled; expected source that an instructor can read", file=name
        )
    elif name.endswith(".py"):
        tree = _tree(name, content, findings)
        if tree is not None:
            _check_imports(name, tree, program.banned_imports, findings)
    elif name == NOTEBOOK:
        for number, source in enumerate(_code_cells(name, content, findings), start=1):
            cell = _parsed(source)
            if isinstance(cell, ast.Module):  # a cell may hold magics, which only the kernel understands
                _check_imports(f"{name}, code cell {number}", cell, program.banned_imports, findings)


def _tree(name: str, content: bytes, findings: Findings) -> ast.Module | None:
    words = sum(1 for _ in WORD.finditer(content)) if len(content) <= SOURCE_BYTES else WORDS + 1
    if words > WORDS:
        findings.add("too_large", f"{shown(name)} is too long for a program; put data into a file beside it", file=name)
        return None
    tree = _parsed(content)
    if isinstance(tree, ast.Module):
        return tree
    findings.add(
        "not_python", f"{shown(name)}, line {tree.lineno or 1}: {shown(tree.msg)}", file=name, row=tree.lineno or 1
    )
    return None


def _parsed(source: bytes | str) -> ast.Module | SyntaxError:
    try:
        with warnings.catch_warnings(action="ignore"):  # an invalid escape is the learner's own affair
            return ast.parse(source if isinstance(source, str) else source.removeprefix(BOM).decode("utf-8"))
    except SyntaxError as error:
        return error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return SyntaxError("not UTF-8", ("", line, 0, ""))
    except (ValueError, RecursionError, MemoryError) as error:  # nested too deep for the parser
        return SyntaxError(str(error) or "nested too deep")


def _check_imports(where: str, tree: ast.Module, banned: tuple[str, ...], findings: Findings) -> None:
    for line, module in _imports(tree):
        ban = next((name for name in banned if module == name or module.startswith(f"{name}.")), None)
        if ban is not None:
            findings.add(
                "banned_import",
                f"{where}, line {line}: this challenge is to be done without {ban}",
                file=where,
                row=line,
                column=ban,
                found=module,
            )


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, module) of every import that can be seen without running the program."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in names)
            case ast.Call(func=ast.Name(id="__import__") | ast.Attribute(attr="import_module"), args=[first, *_]):
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield node.lineno, first.value
            case _:
                pass


def _code_cells(name: str, content: bytes, findings: Findings) -> list[str]:
    """Return the sources of a notebook's code cells; a finding when it is no notebook of format 4."""
    try:
        notebook = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        findings.add("not_notebook", f"{name}, line {error.lineno}: {error.msg}", file=name, row=error.lineno)
        return []
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if version != 4 or not isinstance(cells, list):
        findings.add("not_notebook", f"{name} is not a Jupyter notebook of format 4", file=name)
        return []
    sources = []
    for number, cell in enumerate(cells, start=1):
        source = _source(cell)
        if source is None:
            findings.add("not_notebook", f"{name}, cell {number}: expected cell_type and source", file=name, row=number)
        elif cell["cell_type"] == "code":
            sources.append(source)
    return sources


def _source(cell: Any) -> str | None:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return None
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None
