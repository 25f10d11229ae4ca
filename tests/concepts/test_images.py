"""Digits in the size of MNIST, and IDX files that the test writes."""

from __future__ import annotations

import doctest
import gzip
import math
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from concepts import images
from concepts.images import MNIST_FILES, as_images, load_mnist, read_idx, standardise
from concepts.pytorch import SimpleNN


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(images)

    assert result.attempted > 0
    assert result.failed == 0


class TestImages:
    def test_scaling_keeps_range_and_mean(self):
        digits = np.random.default_rng(0).uniform(0, 16, size=(20, 64))
        images = as_images(digits)

        assert images.shape == (20, 784) and images.dtype == torch.float32
        assert float(images.min()) >= 0 and float(images.max()) <= 1
        assert float(images.mean()) == pytest.approx(digits.mean() / 16, rel=0.03)

    def test_all_images_are_measured_with_the_training_images_numbers(self):
        train, test = standardise(torch.randn(50, 9) * 3 + 2, torch.full((2, 9), 2.0))

        assert float(train.mean()) == pytest.approx(0, abs=1e-5)
        assert float(train.std()) == pytest.approx(1, rel=1e-5)
        assert abs(float(test.mean())) < 0.3


def idx(array: np.ndarray, kind: int = 8) -> bytes:
    """Write an array as an IDX file, by the format's own words."""
    return bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def write_mnist(folder: Path, n_train: int = 5, n_test: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    arrays = {}
    for name, file in MNIST_FILES.items():
        n = n_train if "train" in name else n_test
        shape = (n, 28, 28) if name.startswith("x") else (n,)
        arrays[name] = rng.integers(0, 256 if name.startswith("x") else 10, size=shape).astype(np.uint8)
        data = idx(arrays[name])
        if name.endswith("test"):
            (folder / f"{file}.gz").write_bytes(gzip.compress(data))
        else:
            (folder / file).write_bytes(data)
    return arrays


class TestMnist:
    @pytest.mark.parametrize(
        ("kind", "dtype"), [(8, ">u1"), (9, ">i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")]
    )
    @pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 0, 3)])
    def test_idx_files_are_read_as_they_were_written(self, tmp_path, kind, dtype, shape):
        array = (np.arange(math.prod(shape)).reshape(shape) - 2).astype(dtype)
        path = tmp_path / "numbers"
        path.write_bytes(idx(array, kind))

        np.testing.assert_array_equal(read_idx(path), array)

    @pytest.mark.parametrize(
        "change",
        [
            lambda d: d[:-1],
            lambda d: d + b"\0",
            lambda d: d[:6],
            lambda d: b"\1" + d[1:],
            lambda d: d[:2] + b"\x07" + d[3:],
            lambda d: b"",
            lambda d: b"<html>",
        ],
    )
    def test_what_is_no_idx_file_is_refused(self, tmp_path, change):
        path = tmp_path / "numbers"
        path.write_bytes(change(idx(np.arange(6, dtype=np.uint8).reshape(2, 3))))

        with pytest.raises(ValueError, match="numbers is"):
            read_idx(path)

    def test_a_local_copy_is_read_compressed_or_not(self, tmp_path):
        arrays = write_mnist(tmp_path)
        found = load_mnist(tmp_path)

        assert found["x_train"].shape == (5, 784) and found["x_train"].dtype == torch.float32
        np.testing.assert_allclose(found["x_test"].numpy(), arrays["x_test"].reshape(3, 784) / 255, rtol=1e-6)
        assert found["y_train"].tolist() == arrays["y_train"].tolist()
        assert SimpleNN()(found["x_train"]).shape == (5, 10)

    def test_a_missing_file_is_named(self, tmp_path):
        write_mnist(tmp_path)
        (tmp_path / MNIST_FILES["y_train"]).unlink()

        with pytest.raises(FileNotFoundError, match="train-labels-idx1-ubyte"):
            load_mnist(tmp_path)

    def test_sets_that_do_not_fit_are_refused(self, tmp_path):
        write_mnist(tmp_path)
        (tmp_path / MNIST_FILES["y_train"]).write_bytes(idx(np.zeros(4, np.uint8)))
        with pytest.raises(ValueError, match="as many labels"):
            load_mnist(tmp_path)

        (tmp_path / MNIST_FILES["y_train"]).write_bytes(idx(np.zeros((5, 1), np.uint8)))
        with pytest.raises(ValueError, match="does not hold"):
            load_mnist(tmp_path)
