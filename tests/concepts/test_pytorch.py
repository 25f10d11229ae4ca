"""The training step and its companions against a computation by hand, IDX files that the test writes."""

from __future__ import annotations

import doctest
import gzip
import math
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from concepts import pytorch
from concepts.pytorch import (
    MNIST_FILES,
    SimpleNN,
    as_images,
    evaluate,
    gradient_norms,
    load_mnist,
    read_idx,
    standardise,
    threshold_from,
    train_step,
    train_with_history,
    watched,
)


@pytest.fixture
def batch() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(12, 5, generator=generator), torch.arange(12) % 3


@pytest.fixture
def model() -> SimpleNN:
    torch.manual_seed(0)
    return SimpleNN(5, 7, 3)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(pytorch)

    assert result.attempted > 0
    assert result.failed == 0


class TestStep:
    @pytest.mark.parametrize("share", [0.2, 5.0])
    def test_a_step_is_what_autograd_and_arithmetic_give(self, model, batch, share):
        x, y = batch
        loss = nn.functional.cross_entropy(model(x), y)
        grads = torch.autograd.grad(loss, list(model.parameters()))
        norm = math.sqrt(sum(float((g.double() ** 2).sum()) for g in grads))
        expected = [
            p.detach() - 0.1 * min(1, share) * g for p, g in zip(model.parameters(), grads, strict=True)
        ]
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

        found = train_step(model, x, y, nn.CrossEntropyLoss(), optimizer, share * norm)

        assert found == pytest.approx((loss.item(), norm), rel=1e-5)
        for p, e in zip(model.parameters(), expected, strict=True):
            torch.testing.assert_close(p.detach(), e, rtol=1e-4, atol=1e-6)

    def test_old_gradients_do_not_matter(self, model, batch):
        for parameter in model.parameters():
            parameter.grad = torch.full_like(parameter, 1e3)
        _, norm = train_step(
            model, *batch, nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters()), math.inf
        )

        assert norm < 10

    def test_the_bias_before_batch_norm_has_no_gradient(self, model, batch):
        """The mean that it adds is taken away again."""
        nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
        norms = gradient_norms(model)

        assert norms["fc1.bias"] < 1e-6 * norms["fc1.weight"]


class TestEvaluate:
    @pytest.mark.parametrize("mode", [True, False])
    def test_leaves_mode_and_statistics(self, model, batch, mode):
        model.train(mode)
        before = model.bn1.running_mean.clone()
        evaluate(model, *batch)

        assert model.training is mode
        assert torch.equal(model.bn1.running_mean, before)

    def test_a_sample_does_not_depend_on_its_neighbours(self, model, batch):
        x, y = batch
        model(x)
        one_by_one = np.mean([evaluate(model, x[i : i + 1], y[i : i + 1]) for i in range(len(x))])

        assert evaluate(model, x, y) == pytest.approx(one_by_one)


class TestTraining:
    @pytest.mark.parametrize(("n", "steps"), [(12, 3), (13, 3), (14, 4)])
    def test_the_last_batch_is_used_unless_it_is_one_sample(self, model, n, steps):
        x, y = torch.randn(n, 5), torch.arange(n) % 3
        history = train_with_history(model, x, y, 2, 4, lr=0.1, max_norm=1.0, seed=0)

        assert len(history.norms) == 2 * steps

    def test_the_seed_decides(self, batch):
        def losses(seed):
            torch.manual_seed(1)
            return train_with_history(SimpleNN(5, 7, 3), *batch, 3, 4, 0.1, 1.0, seed).losses

        assert losses(0) == losses(0) != losses(1)


def test_hooks_measure_what_autograd_gives_and_are_gone_afterwards(model, batch):
    x, y = batch
    with watched(model) as sizes:
        nn.functional.cross_entropy(model(x), y).backward()
    logits = model(x)
    (gradient,) = torch.autograd.grad(nn.functional.cross_entropy(logits, y), logits)

    assert set(sizes) == {"fc1", "bn1", "relu", "fc2"}
    assert sizes["fc2"] == pytest.approx([gradient.square().mean().sqrt().item()], rel=1e-5)
    assert all(not module._forward_hooks for module in model.modules())


def test_a_threshold_is_a_percentile_of_finite_norms():
    norms = np.random.default_rng(0).exponential(size=1000)

    assert np.mean(norms > threshold_from(list(norms), 90)) == pytest.approx(0.1, abs=0.001)
    with pytest.raises(ValueError, match="not finite"):
        threshold_from([1.0, math.nan], 90)


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
