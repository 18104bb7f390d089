"""Texts as numbers: the same object in training, in prediction and in the export."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import tensorflow as tf

from gated.text.codec import Codec
from gated.text.codec_graph import CodecGraph
from gated.text.files import in_memory
from gated.text.spelled import SpelledWords, pad
from gated.text.tokenizer import blank, locate, tokenize
from gated.text.vocabulary import Vocabulary
from gated.text.words import JOINER
from gated.whole import write_whole

from ..reading.files import Text


class Encoder(ABC):
    """The classes, the vocabularies, and how much of a text is read."""

    #: The look-up tables of the vocabularies.
    tables: list

    def __init__(self, words: Vocabulary, labels: list[str], limit: int):
        self.words = words
        self.labels = labels
        self.limit = limit

    @abstractmethod
    def split(self, texts):
        """All tokens of texts [n], ragged [n, (t)], and where they start and end."""

    @abstractmethod
    def inputs(self, tokens) -> list:
        """What the model reads, from ragged tokens [n, (t)]."""

    def save(self, folder: Path) -> None:
        lines = "".join(f"{label}\n" for label in self.labels)
        write_whole(folder / "labels.txt", lambda path: path.write_text(lines, encoding="utf-8"))

    def classes(self, texts: Iterable[Text]) -> np.ndarray:
        """The places of the classes of texts among `labels`, [n]."""
        place = {label: i for i, label in enumerate(self.labels)}
        return np.array([place[text.label] for text in texts], "int32")

    def tokens(self, texts):
        """Likewise those that are read: of a longer text the beginning and the end."""
        return self.cut(self.split(texts))

    def read(self, texts: Iterable[str]):
        """The tokens that are read of any number of texts, [n, (t)], and how many each has, [n]."""
        tokens, lengths = [], []
        for some in in_memory(texts):
            found = self.split(tf.constant(some))
            lengths.append(found[0].row_lengths())
            tokens.append(self.cut(found)[0])
        return tf.concat(tokens, axis=0), tf.concat(lengths, axis=0)

    def cut(self, found):
        """Of what `split` gives, what is read."""
        places = tf.ragged.range(found[0].row_lengths())
        lengths = tf.gather(found[0].row_lengths(), places.value_rowids())
        head = self.limit - self.limit // 2
        read = (places.flat_values < head) | (places.flat_values >= lengths - self.limit // 2)
        read = places.with_flat_values(read | (lengths <= self.limit))
        return [tf.ragged.boolean_mask(ragged, read) for ragged in found]


class WordEncoder(Encoder):
    """Words of a vocabulary, the others by their characters."""

    def __init__(self, spelled: SpelledWords, labels: list[str], limit: int):
        super().__init__(spelled.words, labels, limit)
        self.spelled = spelled
        self.tables = spelled.tables

    @classmethod
    def of(cls, texts: list[str], labels: list[str], limit: int) -> "WordEncoder":
        """The vocabularies of a training set."""
        flat = (
            token.decode()
            for some in in_memory(texts)
            for token in tokenize(tf.constant(some))[0].flat_values.numpy()
        )
        return cls(SpelledWords(*SpelledWords.vocabularies(flat)), labels, limit)

    def save(self, folder):
        super().save(folder)
        self.spelled.save(folder)

    def split(self, texts):
        return tokenize(texts)

    def inputs(self, tokens):
        """Words [n, t], and the characters of those that are unknown [n, t, c]."""
        ids = self.spelled.look_up(tokens)
        unknown = tf.where(ids.flat_values == 1, tokens.flat_values, "")
        return list(pad(ids, self.spelled.spell(tokens.with_flat_values(unknown))))


class LanguageModelEncoder(Encoder):
    """The tokens of a language model, line ends as blanks."""

    def __init__(self, codec: Codec, labels: list[str], limit: int):
        super().__init__(codec.vocabulary, labels, limit)
        self.codec = codec
        self.graph = CodecGraph(codec)
        self.tables = [self.graph.table]

    def save(self, folder):
        super().save(folder)
        options = {name: getattr(self.codec, name) for name in ("level", "lower", "tokenized")}
        text = json.dumps(options, indent=2) + "\n"
        write_whole(folder / "codec.json", lambda path: path.write_text(text, encoding="utf-8"))
        write_whole(folder / "tokens.txt", self.words.save)

    def split(self, texts):
        texts = tf.strings.regex_replace(blank(texts), JOINER, " ")
        tokens = self.graph.tokens(texts)
        if self.codec.level == "char":
            places = tf.ragged.range(tf.cast(tokens.row_lengths(), tf.int32))
            starts = tokens.with_flat_values(places.flat_values)
            return tokens, starts, starts + 1
        bare = tf.strings.regex_replace(tokens.flat_values, JOINER, "")
        return tokens, *locate(texts, tokens.with_flat_values(bare))

    def inputs(self, tokens):
        """Ids [n, 1 + t], `<EOS>` before the first token of each."""
        ids = self.graph.ids(tokens)
        first = tf.fill([tokens.nrows(), 1], self.codec.eos)
        return [tf.concat([first, ids], axis=1).to_tensor()]


def load_encoder(folder: Path, limit: int) -> Encoder:
    """What a run was trained with."""
    labels = (folder / "labels.txt").read_text(encoding="utf-8").split("\n")[:-1]
    options = folder / "codec.json"
    if not options.exists():
        return WordEncoder(SpelledWords.load(folder), labels, limit)
    vocabulary = Vocabulary.load(folder / "tokens.txt")
    codec = Codec(vocabulary, **json.loads(options.read_text(encoding="utf-8")))
    return LanguageModelEncoder(codec, labels, limit)
