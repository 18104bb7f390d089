"""Translates texts, one an argument or a line.

    python -m apps.translation.predict --run runs/translation/mine "the 3rd of May, 2021"
    python -m apps.translation.predict --run runs/translation/mine --file texts.fr --out texts.en
    python -m apps.translation.predict --run runs/translation/mine --best 3 --format json "Va !"
    python -m apps.translation.predict --run runs/translation/mine --sample --best 3 "Va !"
    python -m apps.translation.predict --file texts.fr --format html --out page.html
    cat texts.fr | python -m apps.translation.predict --run runs/translation/mine

Files and standard input are read a few lines at a time, however large they are. The translation of
a text does not depend on the others.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from gated.commands.command import run_command
from gated.commands.inputs import after, given_texts, reading, with_results
from gated.commands.options import Files, Input, Out, Resume, Run, Texts, Workers, at_least
from gated.commands.outputs import check_resume, print_json, printing_to
from gated.commands.quiet import import_keras
from gated.commands.workers import predict_by_workers
from gated.runs.folder import RunFolder

from .options import USUAL_SAMPLING, USUAL_SEARCH, Sampling, Search, chosen
from .showing.output import load_objects, objects, write_text
from .showing.page import page


def predict(
    texts: Texts = (),
    *,
    run: Run = Path("runs/translation/default"),
    file: Files = (),
    input: Input = None,
    format: Literal["text", "json", "html"] | None = None,
    out: Out = None,
    resume: Resume = False,
    workers: Workers = None,
    best: Annotated[int, at_least(1)] = 1,
    search: Search = USUAL_SEARCH,
    sample: bool = False,
    sampling: Sampling = USUAL_SAMPLING,
) -> None:
    """Translates texts. One of white space has an empty translation.

    Args:
        format: text, the translation a line, of several translations each with log P before it;
            json, an object a line with text, source_tokens and `translations`, the best first, of
            each text, log_p in nats, score, tokens and what each of them looked at; html, a page of
            these. Nothing: text, with --workers json.
        best: how many translations of each text, at most --beams.
        sample: draw so many in place of searching for the best.
    """
    how = chosen(sample, search, sampling, best)
    check_resume(resume, out, format == "json" or workers is not None)
    folder = RunFolder.open(run)
    if workers:
        predict_by_workers(
            partial(load_objects, run.resolve(), how, best),
            workers,
            texts=texts,
            files=file,
            input=input,
            format=format,
            out=out,
            resume=resume,
        )
        return
    given = given_texts(texts, file, input)

    import_keras()
    from .model.translator import Translator

    translator = Translator.load(folder)
    with (
        printing_to(out, "\n" if format == "json" else None, resume) as done,
        reading(file) as advance,
    ):
        given = after(given, done, advance)
        translated = with_results(given, lambda some: translator.translate(some, how, best))

        def found():
            for one, translations in translated:
                yield one, translations
                advance(one.size)

        match format:
            case "html":
                sys.stdout.writelines(page((one.text, shown) for one, shown in found()))
            case "json":
                for one in objects(found()):
                    print_json(one)
            case _:
                write_text((translations for _, translations in found()), best > 1)


if __name__ == "__main__":
    run_command(predict)
