"""Finds the names in raw sentences, one sentence an argument or a line.

python -m apps.ner.predict --run runs/ner/mine "Ada Lovelace met Charles Babbage in London."
python -m apps.ner.predict --run runs/ner/mine --file notes.txt --format json
cat notes.txt | python -m apps.ner.predict --run runs/ner/mine
"""

from pathlib import Path
from typing import Annotated, Literal

import tyro

from apps.ner.display import WRITERS
from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_tensorflow
from gated.text.files import given_lines


def predict(
    texts: Annotated[tuple[str, ...], tyro.conf.Positional] = (),
    *,
    run: Path = Path("runs/ner/default"),
    file: Path | None = None,
    format: Literal["text", "conll", "json"] = "text",
) -> None:
    """Tags sentences; empty ones are skipped.

    Args:
        texts: the sentences. None, and no file: they are read from standard input.
        run: the run folder that train made.
        file: a text file of sentences, UTF-8.
        format: text, the sentence with its entities in colour; conll, a token and its tag a line;
            json, an object a line with the text and its entities: text, type, and start and end in
            characters.
    """
    folder = RunFolder.open(run)
    lines = given_lines(texts, file)

    import_tensorflow()
    from apps.ner.tagger import Tagger

    tagger = Tagger.load(folder)
    for found in tagger.tag_lines(line for line in lines if line.strip()):
        WRITERS[format](*found)


if __name__ == "__main__":
    run_command(predict)
