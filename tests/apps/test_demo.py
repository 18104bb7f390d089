"""The demo: its commands, which are not run here, and its page."""

import functools
import json
import re
import subprocess
from html import unescape
from importlib import import_module
from types import SimpleNamespace

import pytest

from apps.demo import demo
from tests.apps.commands import call
from tests.pages.layout import faults
from tests.pages.samples import PAGES

METRICS = {
    "f1": 0.614,
    "accuracy": 0.754,
    "perplexity": 17.2,
    "nats_per_frame": 1.87,
    "exact": 0.992,
}
OUTPUT = {
    "ner": PAGES["ner"],
    "sentiment": PAGES["sentiment"],
    "lm": lambda: "The <Merry> Maid\n" * 24,
    "music": PAGES["music"],
    "translation": PAGES["translation"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the demo makes of commands that take their options, and only seem to run."""
    folder = tmp_path_factory.mktemp("demo") / "of mine"

    def run(command, stdout):
        _, app, name = command[2].split(".")
        module = import_module(command[2])

        @functools.wraps(getattr(module, name))
        def seem(**options):
            if name == "train":
                options["config"].run.mkdir()
                (options["config"].run / "metrics.json").write_text(json.dumps(METRICS))
            elif not stdout:
                out = options["out"] if options["out"].suffix else options["out"] / "index.html"
                out.parent.mkdir(exist_ok=True)
                out.write_text(OUTPUT[app](), encoding="utf-8")

        patch.setattr(module, name, seem)
        result = call(app, name, *command[3:])
        assert result.status == 0, result.err
        return SimpleNamespace(returncode=0, stdout=OUTPUT[app]().encode())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "run", run)
        demo(folder)
    return folder


@pytest.fixture(scope="module")
def html(folder):
    return (folder / "index.html").read_text(encoding="utf-8")


def test_shows_what_was_made(html):
    frames = [unescape(one) for one in re.findall(r'srcdoc="([^"]*)"', html)]
    assert frames == [PAGES[name]() for name in ("ner", "sentiment", "music", "translation")]
    assert html.count("The &lt;Merry&gt; Maid\n") == 24
    for figure in ("0.61", "75%", "17.2", "1.87", "99.2%"):
        assert f"<b>{figure}</b>" in html


def test_links_and_commands(html, folder):
    links = re.findall(r'<a href="([^#"]+)"', html)
    assert len(links) == 5
    for link in links:
        assert (folder / link).is_file()
    commands = [
        unescape(re.sub("</?span>", "", one))
        for one in re.findall("<code>(<span>.*?)</code>", html)
    ]
    assert len(commands) == 10
    assert commands[-4].startswith(f"python -m apps.music.train --run '{folder}/music' --corpus ")
    assert "'Broke after a week, what a waste of money.'" in commands[3]


def test_titles(folder):
    titles = (folder / "titles.txt").read_text(encoding="utf-8").splitlines()
    assert len(titles) == len(set(titles)) > 1500
    assert "The Absent Minded Man" in titles and "The Banks Of The Shannon" in titles


def test_ends_where_a_command_fails(monkeypatch, tmp_path):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=130))
    with pytest.raises(SystemExit) as end:
        demo(tmp_path)
    assert end.value.code == 130
    assert not (tmp_path / "index.html").exists()


def test_layout(html, browser):
    assert faults(browser, html) == []
