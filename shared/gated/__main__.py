"""Runs the commands of the applications, or says which there are: `gated ner train`."""

import ast
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import gated.apps

HELP = {"--help", "-h"}


def main() -> None:
    """Runs the command that the arguments name: of an application, or one of all of them."""
    path, rest = [], sys.argv[1:]
    folder = Path(*gated.apps.__path__)
    if rest and rest[0] in _applications(folder):
        path, rest = [rest[0]], rest[1:]
        folder /= path[0]

    name = rest[0] if rest else "--help"
    if name in _commands(folder):
        from gated.commands.command import run_command

        path.append(name)
        sys.argv[1:] = rest[1:]
        module = import_module(".".join(["gated.apps", *path]))
        run_command(getattr(module, name), " ".join(["gated", *path]))
    elif name in HELP:
        print("\n".join(_application(folder) if path else _all(folder)))
    elif name == "--version" and not path:
        print(f"gated {gated.__version__}")
    else:
        called = " ".join(["gated", *path])
        print(f"error: {called} has no {name!r}; {called} --help says what it has", file=sys.stderr)
        sys.exit(2)


def _all(folder: Path) -> Iterator[str]:
    yield "usage: gated APPLICATION COMMAND [OPTIONS]"
    yield "       gated APPLICATION COMMAND --help"
    yield "       gated --version"
    for name in _applications(folder):
        yield ""
        yield from _application(folder / name)
    yield ""
    yield from _lines(_commands(folder), "gated")


def _application(folder: Path) -> Iterator[str]:
    yield _first_line(folder / "__init__.py")
    yield from _lines(_commands(folder), f"gated {folder.name}")


def _lines(commands: dict[str, str], called: str) -> Iterator[str]:
    for name, says in commands.items():
        yield f"  {called + ' ' + name:<30}{says}"


def _applications(folder: Path) -> list[str]:
    """The folders that hold commands."""
    return sorted(one.name for one in folder.iterdir() if one.is_dir() and _commands(one))


def _commands(folder: Path) -> dict[str, str]:
    """What each command of a folder does: each module that runs the function of its own name.

    They are read, not imported, which would take as long as what they import.
    """
    return {
        path.stem: _first_line(path)
        for path in sorted(folder.glob("*.py"))
        if f"run_command({path.stem})" in path.read_text(encoding="utf-8")
    }


def _first_line(path: Path) -> str:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0]


if __name__ == "__main__":
    main()
