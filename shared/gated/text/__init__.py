"""From raw text to numbers: tokenizers and vocabularies, the same in training and in exports."""
