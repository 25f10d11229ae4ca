"""The gradient lab: its numbers are PyTorch's, its theory is right, and its address keeps what was built."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import wasmtime
from playwright.sync_api import Page, expect
from widgets.lab import ACTIVATIONS, INITS, GradientLab

from tests.conftest import ROOT

pytestmark = pytest.mark.browser

BATCH = 64
WIDGETS = ROOT / "book" / "widgets"
START = {
    "depth": 8,
    "width": 32,
    "activation": "tanh",
    "init": "xavier",
    "gain": 1.0,
    "shortcut": "none",
    "norm": "none",
    "clip": 0,
    "seed": 3,
    "histogram": 0,
}
NETWORKS: list[dict[str, Any]] = [
    *({"activation": name, "init": "he"} for name in ACTIVATIONS),
    # Saturated networks of large weights are chaotic: rounding grows from layer to layer, so they stay shallow.
    *({"init": name, "gain": 1.4, "depth": 4} for name in INITS),
    {"activation": "relu", "init": "he", "norm": "batch"},
    {"activation": "gelu", "init": "unit", "norm": "layer"},
    {"activation": "relu", "init": "he", "shortcut": "plain"},
    {"activation": "swish", "init": "he", "shortcut": "scaled", "depth": 25},
    {"activation": "elu", "init": "he", "shortcut": "scaled", "norm": "batch"},
    {"activation": "sigmoid", "init": "own", "gain": 4.0, "shortcut": "plain", "norm": "layer"},
    {"activation": "relu", "init": "unit", "clip": 1, "width": 16, "depth": 30},
]
"""What differs from `START`."""

LOAD = """async (source) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { gradientLab, NUMERICS, timesTransposed } = await import(url);
  Object.assign(globalThis, { gradientLab, NUMERICS, lab: gradientLab(NUMERICS) });
  globalThis.times = { plain: timesTransposed, compiled: NUMERICS.timesTransposed };
}"""
TIMES = """([name, A, B, m, k, p, lower]) => {
  const C = new Float64Array(m * p);
  times[name](Float64Array.from(A), Float64Array.from(B), C, m, k, p, lower);
  return Array.from(C);
}"""
COUNT = """() => {
  globalThis.counting = { drawn: 0 };
  const uniforms = (seed) => { counting.drawn++; return NUMERICS.uniforms(seed); };
  counting.lab = gradientLab({ ...NUMERICS, uniforms });
}"""
PLAIN = """([settings, options]) => JSON.parse(JSON.stringify(lab.measure(settings, options),
  (key, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value)))"""

TORCH: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, 0.01),
    "elu": torch.nn.functional.elu,
    "swish": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
}


@pytest.fixture(scope="module")
def engine(browser) -> Any:
    """An empty page with the figure's own script."""
    tab = browser.new_page()
    tab.goto("about:blank")
    tab.evaluate(LOAD, GradientLab._esm)
    yield tab
    tab.close()


def measured(engine: Page, settings: dict[str, Any], **options: bool) -> dict[str, Any]:
    found: dict[str, Any] = engine.evaluate(PLAIN, [settings, options])
    return found


def normalised(z: torch.Tensor, norm: str) -> torch.Tensor:
    if norm == "batch":
        return torch.nn.functional.batch_norm(z, None, None, training=True)
    return torch.nn.functional.layer_norm(z, z.shape[1:]) if norm == "layer" else z


def by_torch(settings: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """Run the same network, from the weights, inputs and direction that the lab drew."""
    width, f = settings["width"], TORCH[settings["activation"]]
    scale = 1 / math.sqrt(settings["depth"]) if settings["shortcut"] == "scaled" else 1.0
    weights = [torch.tensor(W).double().view(width, width).requires_grad_() for W in kept["W"]]
    a = torch.tensor(kept["x"]).double().view(BATCH, width).requires_grad_()
    direction = torch.tensor(kept["G"]).double().view(BATCH, width)
    activations = [a]
    for W in weights:
        if settings["shortcut"] == "none":
            a = f(normalised(a @ W.T, settings["norm"]))
        else:
            a = a + scale * f(normalised(a, settings["norm"])) @ W.T
        a.retain_grad()
        activations.append(a)
    ((a * direction).sum() / BATCH).backward()
    total = torch.nn.utils.clip_grad_norm_(weights, settings["clip"] or math.inf)
    return {
        "secondMoment": [float((v.detach() ** 2).mean()) for v in activations],
        "gradient": [float(v.grad.norm()) for v in activations],
        "clipped": [float(W.grad.norm()) for W in weights],
        "total": float(total),
    }


@pytest.mark.parametrize("changes", NETWORKS, ids=lambda c: "-".join(map(str, c.values())))
def test_the_numbers_are_those_of_pytorch(engine: Page, changes: dict[str, Any]):
    settings = START | changes
    found = measured(engine, settings, keep=True)
    expected = by_torch(settings, found)

    clipped = found["factor"] * np.array(found["weightGradient"])
    assert found["secondMoment"] == pytest.approx(expected["secondMoment"], rel=1e-5)
    assert found["gradient"] == pytest.approx(expected["gradient"], rel=1e-5)
    assert clipped == pytest.approx(expected["clipped"], rel=1e-5)
    assert found["total"] == pytest.approx(expected["total"], rel=1e-5)


def test_the_compiled_product_is_that_of_its_source():
    code = base64.b64encode(wasmtime.wat2wasm((WIDGETS / "products.wat").read_text())).decode()

    # After a change of products.wat this is what PRODUCTS in numerics.js must be.
    assert f'"{code}"' in (WIDGETS / "numerics.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("m", "k", "p"),
    [(64, 128, 128), (2, 2, 4), (64, 16, 64), (6, 10, 8), (5, 6, 8), (4, 3, 8), (4, 6, 7), (256, 64, 512)],
)
@pytest.mark.parametrize("name", ["plain", "compiled"])
def test_a_product_is_that_of_numpy(engine: Page, name: str, m: int, k: int, p: int):
    """Some are too large for the compiled one's memory, or of a shape that it leaves to the other."""
    A, B = (np.random.default_rng(m * k * p + rows).normal(size=(rows, k)) for rows in (m, p))
    asked = [name, A.ravel().tolist(), B.ravel().tolist(), m, k, p]

    found = np.array(engine.evaluate(TIMES, [*asked, False])).reshape(m, p)
    lower = np.array(engine.evaluate(TIMES, [*asked, True])).reshape(m, p)
    np.testing.assert_allclose(found, A @ B.T, rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.tril(lower), np.tril(A @ B.T), rtol=0, atol=1e-12)


def test_a_browser_without_webassembly_gets_the_plain_product(browser):
    tab = browser.new_page()
    tab.goto("about:blank")
    tab.evaluate("delete globalThis.WebAssembly")
    tab.evaluate(LOAD, GradientLab._esm)

    assert tab.evaluate("times.plain === times.compiled")
    tab.close()


@pytest.mark.parametrize("init", INITS)
def test_the_weights_have_the_variance_of_their_name(engine: Page, init: str):
    n = 64
    settings = START | {"init": init, "gain": 1.7, "width": n, "depth": 20}
    draws = np.array(measured(engine, settings, keep=True)["W"]).reshape(20, n, n)
    scale = {
        "constant": 1 / n**2, "small": 1e-4, "unit": 1, "lecun": 1 / n, "xavier": 1 / n, "he": 2 / n,
        "pytorch": 1 / (3 * n), "orthogonal": 1 / n, "own": 1.7**2 / n,
    }[init]  # fmt: skip

    # 81,920 draws: the relative standard error of a normal's variance is 0.5 %.
    assert np.mean(draws**2) == pytest.approx(scale, rel=0.03)
    if init == "orthogonal":
        np.testing.assert_allclose(
            draws @ draws.transpose(0, 2, 1), np.tile(np.eye(n), (20, 1, 1)), atol=1e-12
        )
    if init == "pytorch":
        assert np.abs(draws).max() <= 1 / math.sqrt(n)


def new_draws(engine: Page, settings: dict[str, Any]) -> int:
    """Return how often the counting laboratory has to draw for this question."""
    found: int = engine.evaluate(
        "(settings) => { counting.drawn = 0; counting.lab.measure(settings); return counting.drawn; }",
        settings,
    )
    return found


def test_what_the_reader_may_ask_next_is_drawn_ahead(engine: Page):
    settings = START | {"seed": 11}
    engine.evaluate(COUNT)
    of_a_network = new_draws(engine, settings)
    engine.evaluate("(settings) => [...counting.lab.ahead(settings)].length", settings)

    assert of_a_network == settings["depth"] + 2  # the weights, the input, and the direction
    assert new_draws(engine, settings | {"seed": 12}) == 2
    assert [new_draws(engine, settings | {"init": init}) for init in ("orthogonal", "pytorch", "he")] == [
        0
    ] * 3
    assert new_draws(engine, settings | {"seed": 14}) == of_a_network


def test_the_store_of_draws_forgets_what_was_not_asked_for_longest(engine: Page):
    deep = START | {"width": 16, "depth": 100}
    engine.evaluate(COUNT)
    for seed in (1, 2, 3, 4):
        assert new_draws(engine, deep | {"seed": seed}) == 102
    assert new_draws(engine, deep | {"seed": 1}) == 0

    assert new_draws(engine, deep | {"seed": 5}) == 102  # now it is full
    assert new_draws(engine, deep | {"seed": 1}) == 0
    assert new_draws(engine, deep | {"seed": 2}) > 0


def test_the_worker_draws_ahead_while_no_question_waits(context: Callable[..., Any], address: str):
    profile = context()
    profile.add_init_script(
        """globalThis.Blob = class extends Blob {
          constructor(parts, options) {
            super([`let logarithms = 0; const log = Math.log; Math.log = (x) => { logarithms++; return log(x); };
              const told = new BroadcastChannel("logarithms");
              setInterval(() => told.postMessage(logarithms), 50);`, ...parts], options);
          }
        };
        globalThis.logarithms = 0;
        new BroadcastChannel("logarithms").onmessage = ({ data }) => { globalThis.logarithms = data; };"""
    )
    page = profile.new_page()
    page.goto(f"{address}/book/lab.html#lab?depth=10&width=64&activation=tanh&init=xavier")
    page.wait_for_selector(DRAWN)

    # The polar method takes one logarithm for two numbers; the network itself has 10 · 64² and little else.
    # The next seed's are as many again, and so are those of orthogonal weights.
    page.wait_for_function(f"logarithms >= 3 * {10 * 64**2 // 2}")


@pytest.mark.parametrize(
    "changes",
    [
        {"activation": "sigmoid"},
        {"activation": "tanh", "init": "unit"},
        {"activation": "relu", "init": "pytorch"},
        {"activation": "leaky_relu", "init": "he"},
        {"activation": "relu", "init": "he", "norm": "layer"},
        {"activation": "relu", "init": "he", "norm": "batch"},
        {"activation": "identity", "init": "orthogonal"},
        {"activation": "relu", "init": "he", "shortcut": "plain"},
        {"activation": "gelu", "init": "he", "shortcut": "scaled"},
        {"activation": "elu", "init": "he", "shortcut": "plain", "norm": "batch"},
    ],
    ids=lambda c: "-".join(map(str, c.values())),
)
def test_theory_and_measurement_agree_a_layer(engine: Page, changes: dict[str, Any]):
    settings = START | {"depth": 20, "width": 128} | changes
    theory = engine.evaluate("(settings) => lab.theory(settings)", settings)
    for name in ("secondMoment", "gradient"):
        logs = [
            np.log(np.array(measured(engine, settings | {"seed": seed})[name]) / theory[name])
            for seed in (1, 2, 3, 4)
        ]
        a_layer = np.abs(np.mean(logs, axis=0)) / np.arange(1, 22)[:: 1 if name == "secondMoment" else -1]

        assert a_layer.max() < 0.06  # six per cent a layer, at width 128 and four draws


def test_a_rectifier_counts_dead_units_and_a_sigmoid_flat_outputs(engine: Page):
    settings = START | {"depth": 1, "width": 16, "activation": "relu", "init": "constant"}
    assert measured(engine, settings)["flat"] == [0.0]
    found = measured(engine, START | {"depth": 1, "activation": "sigmoid", "init": "unit", "width": 128})
    # z ~ N(0, 128); the sigmoid leaves (0.05, 0.95) beyond |z| = ln 19.
    assert found["flat"][0] == pytest.approx(1 - math.erf(math.log(19) / math.sqrt(2 * 128)), abs=0.02)


def test_histograms_hold_all_values(engine: Page):
    found = measured(engine, START | {"histogram": 5})["histogram"]
    assert found["layer"] == 5
    assert sum(found["signal"]["shares"]) == pytest.approx(1)
    assert sum(found["gradient"]["shares"]) == pytest.approx(1)
    assert measured(engine, START | {"histogram": 50})["histogram"]["layer"] == START["depth"]


DRAWN = ".course-widget[data-drawn]"


def said(page: Page, what: str) -> None:
    expect(page.locator(DRAWN).locator(".cw-summary")).to_contain_text(what)


def test_the_examples_tell_the_story(visit: Callable[..., Any]):
    seen = visit("book/lab.html")
    page = seen.page
    said(page, "It vanishes")
    for example, verdict in [
        ("Now tanh", "It arrives"),
        ("ReLU as PyTorch starts it", "PyTorch’s default has the variance 1/(3n)"),
        ("Now He", "It arrives"),
        ("Weights too large", "Weights of variance 1"),
        ("Now batch norm", "batch norm itself makes gradients grow"),
        ("Residual, 100 layers", "scale the branch by 1/√L"),
        ("Now × 1/√L", "It arrives"),
    ]:
        page.get_by_role("button", name=example).click()
        said(page, verdict)

    assert seen.errors == [] and seen.foreign == []


def test_keys_move_it_and_the_address_keeps_it(visit: Callable[..., Any]):
    page = visit("book/lab.html").page
    said(page, "layer 30")
    page.locator("[data-trait=depth]").focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    said(page, "layer 28")
    page.locator("[data-trait=activation]").select_option(label="ReLU")
    page.locator("[data-trait=init]").select_option(label="own gain, g²/n")
    expect(page.locator("[data-trait=gain]")).to_be_visible()
    expect(page).to_have_url(re.compile("depth=28.*activation=relu.*init=own"))

    again = visit("book/lab.html" + page.url[page.url.index("#") :]).page
    said(again, "layer 28")
    expect(again.locator("[data-trait=activation]")).to_have_value("relu")


def test_an_odd_address_is_left_out_and_named(visit: Callable[..., Any]):
    seen = visit("book/lab.html#lab?depth=900&activation=softsign&width=16&clip=&seed=%3Cb%3E&norm=layer")
    said(seen.page, "depth=900, activation=softsign, clip=, seed=<b>")
    expect(seen.page.locator("[data-trait=width]")).to_have_value("16")
    expect(seen.page.locator("[data-trait=norm]")).to_have_value("layer")
    assert seen.page.locator("[data-trait=depth]").input_value() == "30"
    assert seen.errors == []


def test_histograms_appear_on_demand(visit: Callable[..., Any]):
    page = visit("book/lab.html").page
    said(page, "layer 30")
    assert page.locator(f"{DRAWN} svg[role=img]:visible").count() == 3
    page.locator("[data-trait=histogram]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"{DRAWN} svg[role=img]:visible")).to_have_count(5)


def test_where_workers_are_forbidden_the_page_computes(visit: Callable[..., Any], context, address: str):
    profile = context()
    profile.add_init_script("globalThis.Worker = class { constructor() { throw new Error('forbidden'); } };")
    page = profile.new_page()
    page.goto(f"{address}/book/lab.html")
    said(page, "It vanishes")
