"""Says whether brackets balance."""

from pathlib import Path
from typing import Literal

from gated.commands.command import run_command
from gated.commands.inputs import given_texts, reading
from gated.commands.options import Files, Input, Out, Run, Texts
from gated.commands.outputs import print_json, printing_to
from gated.commands.quiet import import_keras
from gated.runs.folder import RunFolder


def predict(
    texts: Texts = (),
    *,
    run: Run = Path("runs/brackets/default"),
    file: Files = (),
    input: Input = None,
    format: Literal["text", "json"] = "text",
    out: Out = None,
) -> None:
    """Classifies texts.

    Args:
        format: text, the probability and the text; json, an object a line.
    """
    folder = RunFolder.open(run)
    given = given_texts(texts, file, input)

    import_keras()
    from .model.bracketeer import Bracketeer

    model = Bracketeer.load(folder)
    with reading(file) as advance, printing_to(out):
        for one in given:
            p = float(model.predict([one.text])[0])
            if format == "json":
                print_json({**(one.fields or {"text": one.text}), "probability": p})
            else:
                print(f"{p:.3f}  {one.text}")
            advance(one.size)


if __name__ == "__main__":
    run_command(predict)
