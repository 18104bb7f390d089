"""Headless Chromium, spoken to over its DevTools pipe: no package and no port is needed."""

import base64
import itertools
import json
import os
import select
import shutil
import signal
from pathlib import Path

_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--hide-scrollbars", "--autoplay-policy=no-user-gesture-required", "--mute-audio"),
    "--remote-debugging-pipe",
)
_PATIENCE = 60  # seconds; on a busy machine the browser takes some to start


def find_browser():
    return shutil.which("chromium") or shutil.which("google-chrome")


class Browser:
    """One page of one browser: what is opened takes the place of what was there."""

    def __init__(self, program, folder):
        self.path = Path(folder) / "page.html"
        ours, self._commands = os.pipe()
        self._answers, theirs = os.pipe()
        folder = f"--user-data-dir={folder}/browser"
        # It reads from its descriptor 3 and writes to 4.
        actions = [
            *((os.POSIX_SPAWN_DUP2, pipe, at) for pipe, at in ((ours, 3), (theirs, 4))),
            *((os.POSIX_SPAWN_OPEN, at, os.devnull, os.O_WRONLY, 0) for at in (1, 2)),
        ]
        self._process = os.posix_spawn(
            program, [program, *_OPTIONS, folder], os.environ, file_actions=actions
        )
        os.close(ours)
        os.close(theirs)
        self._numbers, self._rest, self._session = itertools.count(1), b"", None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.call("Page.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._commands)
        os.close(self._answers)

    def open(self, html, width=1200, dark=False, media="screen"):
        """Shows a page of so many pixels, and waits until it is loaded."""
        self.path.write_text(html, encoding="utf-8")
        self.show(width, dark, media)
        self.call("Page.navigate", url=self.path.as_uri())
        while self._read().get("method") != "Page.loadEventFired":
            pass

    def show(self, width, dark=False, media="screen"):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def evaluate(self, script):
        """The value of a script, or of what it promises."""
        answer = self.call(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def picture(self):
        """The whole page as a PNG file."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def call(self, method, **parameters):
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        content = json.dumps(command).encode() + b"\0"
        while content:
            content = content[os.write(self._commands, content) :]
        while (answer := self._read()).get("id") != number:
            pass
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def _read(self):
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._answers], [], [], _PATIENCE)
            assert ready, f"no answer of the browser in {_PATIENCE} s"
            more = os.read(self._answers, 2**20)
            assert more, "the browser has ended"
            self._rest += more
        answer, self._rest = self._rest.split(b"\0", 1)
        return json.loads(answer)
