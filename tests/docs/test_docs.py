"""What README.md and docs/ say is so: commands, options, links, paths and examples."""

import contextlib
import functools
import importlib
import io
import re
import shlex
import sys
from pathlib import Path

import pytest

from gated.commands.command import run_command

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
APPLICATIONS = ("ner", "sentiment", "lm", "music", "translation", "speech")
BLOCK = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name(page):
    return str(page.relative_to(ROOT))


def blocks(page, language):
    return [text for kind, text in BLOCK.findall(page.read_text("utf-8")) if kind == language]


def prose(page):
    return BLOCK.sub("", page.read_text("utf-8"))


def command_lines(beginning):
    """The words of each command of that beginning, without what a shell does with its output."""
    found = re.compile(rf"^(?:.*\| |(?:\w+=\S+ )+)?{beginning}\b(.*)$", re.MULTILINE)
    return {
        f"{name(page)}: {''.join(line.groups())}": shlex.split(line[0], comments=True)
        for page in PAGES
        for block in blocks(page, "")
        for line in found.finditer(block)
    }


def runs(app, module, arguments):
    """Whether a command would be called with these arguments."""
    command = getattr(importlib.import_module(f"apps.{app}.{module}"), module)
    called = []

    @functools.wraps(command)
    def instead(*_, **__):
        called.append(True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [module, *arguments])
        run_command(instead)
    return bool(called)


LINES = command_lines(r"python -m apps\.") | command_lines(r"gated \w")


@pytest.mark.parametrize("words", LINES.values(), ids=LINES)
def test_every_command_takes_its_options(words):
    if "gated" in words:
        app, module, *arguments = words[words.index("gated") + 1 :]
    else:
        called, *arguments = words[words.index("-m") + 1 :]
        _, app, module = called.split(".")
    assert runs(app, module, arguments)


BENCHMARKS = command_lines(r"python3? -m benchmarks\.")


@pytest.mark.parametrize("words", BENCHMARKS.values(), ids=BENCHMARKS)
def test_every_benchmark_has_its_options(words):
    module, *arguments = words[words.index("-m") + 1 :]
    path = ROOT / module.replace(".", "/")
    source = (path / "__main__.py" if path.is_dir() else path.with_suffix(".py")).read_text("utf-8")
    for option in arguments:
        assert not option.startswith("--") or re.search(
            rf"\b{option[2:].replace('-', '_')}\b", source
        )


@functools.cache
def options(app):
    """What `--help` says of all commands of an application."""
    modules = [f.stem for f in (ROOT / "apps" / app).glob("*.py") if calls_its_own_name(f)]
    found = set()
    for module in modules:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), pytest.raises(SystemExit):
            runs(app, module, ["--help"])
        found |= set(re.findall(r"--[a-z][a-z-]+", out.getvalue()))
    return found


def calls_its_own_name(file):
    return f"run_command({file.stem})" in file.read_text("utf-8")


@pytest.mark.parametrize("app", APPLICATIONS)
def test_the_page_of_an_application_names_options_that_it_has(app):
    page = prose(ROOT / "docs" / "applications" / f"{app}.md")
    spans = re.findall(r"`((?:\w+ )?--[^`]+)`", page)
    named = {option for span in spans for option in re.findall(r"--[a-z][a-z-]+", span)}
    assert named
    assert named <= options(app)


# A step of translation is so many tokens.
@pytest.mark.parametrize("app", set(APPLICATIONS) - {"translation"})
def test_the_shared_options_are_those_of_every_application(app):
    page = (ROOT / "docs" / "applications" / "index.md").read_text("utf-8")
    table = page.split("## Options of train")[1].split("\n\n")[1]
    named = set(re.findall(r"`(--[a-z-]+)`", table))
    assert len(named) > 10
    assert named <= options(app)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_and_paths_exist(page):
    folder = ROOT if page.parent == ROOT else ROOT / "docs"
    text = prose(page)
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith("https://"):
            path = (page.parent / target).resolve()
            assert path.exists(), target
            assert path.is_relative_to(folder), f"{target} is not in the site"
    paths = re.findall(r"`((?:apps|shared|tests|benchmarks|docs)/[\w./-]*)`", text)
    paths += re.findall(r'^--8<-- "(.*)"$', page.read_text("utf-8"), re.MULTILINE)
    for path in paths:
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_python_compiles(page):
    for block in blocks(page, "python"):
        compile(block, name(page), "exec")


GUIDE = pytest.param("docs/guides/your-own-model.md", marks=pytest.mark.slow)


@pytest.mark.parametrize("page", ["README.md", GUIDE])
def test_examples_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks(ROOT / page, "python"):
        exec(compile(block, page, "exec"), names)
    assert "model" in names
