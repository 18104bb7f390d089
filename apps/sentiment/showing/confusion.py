"""The confusion matrix as a picture."""

from pathlib import Path

from gated.commands.outputs import Metrics
from gated.whole import write_whole


def draw_confusion(path: Path, metrics: Metrics) -> None:
    """Writes an SVG file: a row a true class, a column a predicted one, coloured by the share."""
    import numpy as np
    from matplotlib.figure import Figure
    from sklearn.metrics import ConfusionMatrixDisplay

    counts, labels = np.array(metrics["confusion"]), list(metrics["classes"])
    size = 2.5 + 0.6 * len(labels)
    figure = Figure(figsize=(size + 0.5, size), layout="constrained")
    axes = figure.subplots()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    display = ConfusionMatrixDisplay(shares, display_labels=labels)
    display.plot(ax=axes, cmap="Blues", colorbar=False, im_kw={"vmin": 0, "vmax": 1})
    for row, texts in enumerate(display.text_):
        for column, text in enumerate(texts):
            text.set_text(str(counts[row, column]))
    axes.set(xlabel="predicted", ylabel="true")
    axes.tick_params("x", rotation=0 if max(map(len, labels)) < 10 else 30)
    write_whole(path, lambda temporary: figure.savefig(temporary, format="svg"))
