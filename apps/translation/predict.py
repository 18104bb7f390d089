"""Translates texts, one an argument or a line.

    python -m apps.translation.predict --run runs/translation/mine "the 3rd of May, 2021"
    python -m apps.translation.predict --run runs/translation/mine --file texts.fr --out texts.en
    python -m apps.translation.predict --run runs/translation/mine --best 3 --format json "Va !"
    cat texts.fr | python -m apps.translation.predict --run runs/translation/mine

Files and standard input are read a few lines at a time, however large they are. The translation of
a text does not depend on the others.
"""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from gated.commands.command import run_command
from gated.commands.inputs import after, given_texts, reading, with_results
from gated.commands.options import Files, Input, Out, Resume, Run, Texts, Workers, at_least
from gated.commands.outputs import check_resume, print_json, printing_to
from gated.commands.quiet import import_keras
from gated.commands.workers import predict_by_workers
from gated.errors import BadUsage
from gated.runs.folder import RunFolder

from .options import Alpha, Beams, Beta
from .showing.output import load_objects, objects


def predict(
    texts: Texts = (),
    *,
    run: Run = Path("runs/translation/default"),
    file: Files = (),
    input: Input = None,
    format: Literal["text", "json"] | None = None,
    out: Out = None,
    resume: Resume = False,
    workers: Workers = None,
    beams: Beams = 5,
    alpha: Alpha = 1.0,
    beta: Beta = 0.0,
    best: Annotated[int, at_least(1)] = 1,
) -> None:
    """Translates texts. One of white space has an empty translation.

    Args:
        format: text, the translation a line, of several translations each with log P before it;
            json, an object a line with text and `translations`, the best first, of each text,
            log_p in nats, score, tokens and what each of them looked at. Nothing: text, with
            --workers json.
        best: how many translations of each text, at most --beams.
    """
    if best > beams:
        raise BadUsage(f"--best {best}: expected at most --beams, {beams}")
    check_resume(resume, out, format == "json" or workers is not None)
    folder = RunFolder.open(run)
    if workers:
        predict_by_workers(
            partial(load_objects, run.resolve(), beams, alpha, beta, best),
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
    from .model.translator import Search, Translator

    translator, search = Translator.load(folder), Search(beams, alpha, beta)
    with printing_to(out, format == "json", resume) as done, reading(file) as advance:
        given = after(given, done, advance)
        found = with_results(given, lambda some: translator.translate(some, search, best))
        for one, translations in found:
            if format == "json":
                (shown,) = objects([(one, translations)])
                print_json(shown)
            else:
                for each in translations:
                    score = f"{each.log_p:8.3f}  " if best > 1 else ""
                    print(f"{score}{each.text}", flush=True)
                if not translations:
                    print(flush=True)
            advance(one.size)


if __name__ == "__main__":
    run_command(predict)
