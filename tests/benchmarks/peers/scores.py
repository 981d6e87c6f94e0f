"""How close resized pictures come to a resize of high precision; figures as JSON.

Arguments: the original and folders of pictures; of each picture: its name, pixels across, the
structural similarity of its luma (1 is the same) and the mean error of its colours in 255ths.
"""

import json
import sys
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

Pixels = np.ndarray
LOBES = 3  # of the Lanczos window
SIGMA, REACH = 1.5, 5  # pixels: the window of Wang et al. 2004, "Image quality assessment"
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
LUMA = np.array([0.299, 0.587, 0.114])


def read(path: str | Path) -> Pixels:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), dtype=np.float64)


def lanczos(before: int, after: int) -> Pixels:
    """Weights of each pixel before, by pixel after, the window as wide as the shrinking asks."""
    scale = max(1.0, before / after)
    centres = (np.arange(after) + 0.5) * before / after
    distance = (np.arange(before)[None, :] + 0.5 - centres[:, None]) / scale
    weights = np.sinc(distance) * np.sinc(distance / LOBES) * (np.abs(distance) < LOBES)
    return weights / weights.sum(axis=1, keepdims=True)


def blur(picture: Pixels) -> Pixels:
    """Means under the Gaussian window, where all of it lies inside the picture."""
    window = np.exp(-(np.arange(-REACH, REACH + 1) ** 2) / (2 * SIGMA**2))
    window /= window.sum()
    for axis in (0, 1):
        inside = picture.shape[axis] - 2 * REACH
        parts = (np.take(picture, range(k, k + inside), axis) for k in range(len(window)))
        picture = sum(weight * part for weight, part in zip(window, parts, strict=True))
    return picture


def similarity(a: Pixels, b: Pixels) -> float:
    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    shared = blur(a * b) - mean_a * mean_b
    return float(
        np.mean(
            (2 * mean_a * mean_b + C1)
            * (2 * shared + C2)
            / ((mean_a**2 + mean_b**2 + C1) * (var_a + var_b + C2))
        )
    )


def main(original: str, *folders: str) -> None:
    source = read(original)
    height, width, _ = source.shape

    @cache
    def reference(across: int, down: int) -> Pixels:
        columns = np.einsum("dh,hwc->dwc", lanczos(height, down), source, optimize=True)
        return np.einsum("aw,dwc->dac", lanczos(width, across), columns, optimize=True).clip(0, 255)

    scores = {}
    for folder in folders:
        scores[folder] = []
        for path in sorted(Path(folder).iterdir()):
            picture = read(path)
            down, across, _ = picture.shape
            wanted = reference(across, down)
            scores[folder].append(
                {
                    "across": across,
                    "down": down,
                    "similarity": similarity(picture @ LUMA, wanted @ LUMA),
                    "error": float(np.abs(picture - wanted).mean()),
                }
            )
    print(json.dumps(scores))


main(*sys.argv[1:])
