"""Sentences as numbers: the same object in training, in prediction and in the export."""

from pathlib import Path

from apps.ner.conll import Sentence
from gated.runs.folder import write_whole
from gated.text.spelled import SpelledWords
from gated.text.vocabulary import Vocabulary


class Encoder(SpelledWords):
    """Vocabularies of words, characters and tags."""

    def __init__(self, words: Vocabulary, characters: Vocabulary, tags: list[str]):
        super().__init__(words, characters)
        self.tags = tags

    @classmethod
    def of(cls, sentences: list[Sentence]) -> "Encoder":
        """The vocabularies of a training set."""
        types = {tag[2:] for sentence in sentences for tag in sentence.tags} - {""}
        tags = ["O", *(f"{prefix}-{name}" for name in sorted(types) for prefix in "BI")]
        tokens = (token for sentence in sentences for token in sentence.tokens)
        return cls(*cls.vocabularies(tokens), tags)

    def save(self, folder: Path) -> None:
        super().save(folder)
        lines = "".join(f"{tag}\n" for tag in self.tags)
        write_whole(folder / "tags.txt", lambda path: path.write_text(lines, encoding="utf-8"))

    @classmethod
    def load(cls, folder: Path) -> "Encoder":
        spelled = SpelledWords.load(folder)
        tags = (folder / "tags.txt").read_text(encoding="utf-8").split("\n")[:-1]
        return cls(spelled.words, spelled.characters, tags)
