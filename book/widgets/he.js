// Second moments by layer of a leaky ReLU network: closed forms as curves, one random network as dots.

const BATCH = 32;
const CONSTANTS = [0.25, 1 / 3, 0.5, 0.7, 1, 1.2, 1.4, 1.6, 1.8, 2, 2.2, 2.4, 2.6, 3, 3.5, 4];
const SLOPES = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 1];
const FANS = {
  in: (fanIn) => fanIn,
  out: (fanIn, fanOut) => fanOut,
  both: (fanIn, fanOut) => (fanIn + fanOut) / 2,
};
const between = (first, last) => (l, depth) => Math.round(first * (last / first) ** (l / depth));
const SHAPES = {
  equal: () => 64,
  narrowing: between(128, 16),
  widening: between(16, 128),
  alternating: (l) => (l % 2 ? 24 : 96),
};

// What theory says of layers 1 … L: E[a²] for inputs with E[x²] = 1, and E[δ²] relative to the last layer.
function theory(widths, variances, slope) {
  const kept = 0.5 * (1 + slope * slope), depth = variances.length, forward = [], backward = Array(depth).fill(1);
  for (let l = 0; l < depth; l++) forward.push((l ? forward[l - 1] : 1) * kept * widths[l] * variances[l]);
  for (let l = depth - 2; l >= 0; l--) backward[l] = backward[l + 1] * kept * widths[l + 2] * variances[l + 1];
  return { forward, backward };
}

// The same two profiles, measured in one random network on BATCH standard-normal inputs.
function simulate(widths, variances, slope, seed = 2) {
  const normal = normals(seed), depth = variances.length, masks = [], weights = [], forward = [], backward = [];
  let a = draw(BATCH * widths[0], 1, normal);
  for (let l = 0; l < depth; l++) {
    weights.push(draw(widths[l] * widths[l + 1], Math.sqrt(variances[l]), normal));
    const z = product(a, weights[l], widths[l], widths[l + 1]);
    masks.push(z.map((v) => (v > 0 ? 1 : slope)));
    a = z.map((v, i) => v * masks[l][i]);
    forward.push(meanSquare(a));
  }
  let delta = draw(BATCH * widths[depth], 1, normal);
  for (let l = depth; l > 0; l--) {
    backward.unshift(meanSquare(delta));
    if (l > 1) delta = product(delta, weights[l - 1], widths[l], widths[l - 1], true).map((v, i) => v * masks[l - 2][i]);
  }
  return { forward, backward: backward.map((v) => v / backward[depth - 1]) };
}

// The axis in whole powers of ten, never narrower than 10⁻² … 10².
function range(columns) {
  const powers = columns.flat().filter((v) => v > 0).map(Math.log10);
  return {
    min: 10 ** Math.min(-2, Math.floor(Math.min(...powers))),
    max: 10 ** Math.max(2, Math.ceil(Math.max(...powers))),
  };
}

function controls(figure, model) {
  course.slider(figure, model, "constant", { label: "c", values: CONSTANTS, format: (v) => course.number(v, 2) });
  course.select(figure, model, "fan", { label: "Var(w)",
    options: [["in", "c/nᵢₙ"], ["out", "c/nₒᵤₜ"], ["both", "2c/(nᵢₙ + nₒᵤₜ)"]] });
  course.slider(figure, model, "slope", { label: "slope for z < 0", values: SLOPES });
  course.select(figure, model, "shape", { label: "widths", options: [["equal", "64 everywhere"],
    ["narrowing", "128 … 16"], ["widening", "16 … 128"], ["alternating", "96, 24, 96, …"]] });
  course.slider(figure, model, "depth", { label: "layers", min: 2, max: 40 });
  course.buttons(figure, model, [
    { label: "PyTorch’s layers: c = ⅓", set: { constant: 1 / 3 } },
    { label: "Xavier’s c = 1", set: { constant: 1 } },
    { label: "He’s c = 2", set: { constant: 2 } },
  ]);
}

function render({ model, el }) {
  const traits = ["constant", "fan", "slope", "shape", "depth"];
  const figure = course.figure(el, { title: "Which c keeps signal and gradient?", description: model.get("description") });
  controls(figure, model);
  const plot = course.plot(figure, { x: { label: "layer", min: 1 }, y: { label: "second moment", scale: "log" } });
  return course.watch(model, traits, () => {
    const { constant, fan, slope, shape, depth } = Object.fromEntries(traits.map((trait) => [trait, model.get(trait)]));
    const widths = Array.from({ length: depth + 1 }, (_, l) => SHAPES[shape](l, depth));
    const x = widths.slice(1).map((_, l) => l + 1), variances = x.map((l) => constant / FANS[fan](widths[l - 1], widths[l]));
    const expected = theory(widths, variances, slope), measured = simulate(widths, variances, slope);
    plot.draw([
      { kind: "rule", y: 1 },
      { kind: "line", label: "activations going up: E[a²], theory", x, y: expected.forward, color: 1 },
      { kind: "line", label: "gradients coming back: E[δ²], theory", x, y: expected.backward, color: 2, dash: "7 4" },
      { kind: "points", label: "one random network", x, y: measured.forward, color: 1 },
      { kind: "points", x, y: measured.backward, color: 2 },
    ], { x: { max: depth }, y: range([...Object.values(expected), ...Object.values(measured)]) });
    figure.say(`In theory the last layer keeps ${course.number(expected.forward.at(-1))} times the input’s second moment,`
      + ` and the first layer receives ${course.number(expected.backward[0])} times the last layer’s squared gradient.`);
  });
}
export default { render };
