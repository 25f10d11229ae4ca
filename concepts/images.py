"""Images for small networks: digits in the size of MNIST, and MNIST itself from a local copy in the IDX format.

Images are rows of a float32 tensor, pixels from 0 to 1; nothing is downloaded.
"""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

MNIST_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
"""Names of the four files as LeCun, Cortes and Burges published them; each may be compressed with `.gz`."""

IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""Third byte of an IDX file → the type of its entries, high byte first."""


def as_images(digits: NDArray[np.float64]) -> Tensor:
    """Scale scikit-learn's digits, 8 × 8 pixels from 0 to 16, to 28 × 28 pixels from 0 to 1, as rows.

    Bilinear interpolation: no detail is added, only the size that networks for MNIST expect.

    Args:
        digits: (n, 64).

    Returns:
        (n, 784), float32.

    >>> as_images(np.full((2, 64), 16.0)).shape
    torch.Size([2, 784])
    """
    small = torch.as_tensor(digits, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16.0
    large = nn.functional.interpolate(small, size=(28, 28), mode="bilinear", align_corners=False)
    return large.reshape(-1, 784)


def standardise(train: Tensor, *others: Tensor) -> tuple[Tensor, ...]:
    """Return images with the mean 0 and the standard deviation 1 that the training images then have.

    One mean and one deviation for all pixels, as is usual for MNIST; the others are measured with the same rule.

    >>> standardise(torch.tensor([[0.0, 2.0]]), torch.tensor([[1.0]]))[1]
    tensor([[0.]])
    """
    mean, std = train.mean(), train.std()
    return tuple((images - mean) / std for images in (train, *others))


def read_idx(path: Path) -> NDArray[np.generic]:
    """Read a file in the IDX format of MNIST, compressed with gzip or not.

    Two zero bytes, the type of the entries, the number of dimensions, each dimension in four bytes, the entries;
    all with the high byte first.

    Args:
        path: The file.

    Raises:
        ValueError: It is none, or its length is not what its head says.
    """
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in IDX_TYPES:
        raise ValueError(f"{path.name} is no IDX file")
    dimensions = data[3]
    start = 4 + 4 * dimensions
    if len(data) < start:
        raise ValueError(f"{path.name} is cut off in its head")
    shape = tuple(int(n) for n in np.frombuffer(data[4:start], ">u4"))
    dtype = np.dtype(IDX_TYPES[data[2]])
    if len(data) != start + math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{path.name} is cut off, or longer than its head says")
    entries: NDArray[np.generic] = np.frombuffer(data, dtype, offset=start).reshape(shape)
    return entries


def load_mnist(folder: Path) -> dict[str, Tensor]:
    """Read a local copy of MNIST: images (n, 784) from 0 to 1 and labels, under the names of `MNIST_FILES`.

    Nothing is downloaded.

    Args:
        folder: Holds the four files of `MNIST_FILES`, each with or without `.gz`.

    Raises:
        FileNotFoundError: A file is missing.
        ValueError: Images and labels do not fit together, or are not bytes.
    """
    found = {}
    for name, file in MNIST_FILES.items():
        candidates = [path for path in (folder / file, folder / f"{file}.gz") if path.is_file()]
        if not candidates:
            raise FileNotFoundError(f"{file} (or {file}.gz) is not in {folder}")
        found[name] = read_idx(candidates[0])
        if found[name].dtype != np.uint8 or found[name].ndim != (3 if name.startswith("x") else 1):
            raise ValueError(f"{candidates[0].name} does not hold what its name says")
    for part in ("train", "test"):
        if len(found[f"x_{part}"]) != len(found[f"y_{part}"]):
            raise ValueError(f"the {part} set has not as many labels as images")
    return {
        name: torch.tensor(array.reshape(len(array), -1), dtype=torch.float32) / 255.0
        if name.startswith("x")
        else torch.tensor(array.astype(np.int64))
        for name, array in found.items()
    }
