// Mean squares of the gradient by layer behind a norm: closed forms as curves, one random network as dots.

const WIDTH = 64;
const BATCHES = [4, 5, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];
const SLOPES = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 1];
const NORMS = { batch: "batch norm", layer: "layer norm", none: "no norm" };

// E[f'(u) f'(v)] and E[f(u) f(v)] for standard normal u and v of correlation c and a leaky ReLU f.
function pairMeans(c, slope) {
  const kappa = (r) => (Math.sqrt(1 - r * r) + r * (Math.PI - Math.acos(r))) / (2 * Math.PI);
  const both = 0.25 + Math.asin(c) / (2 * Math.PI);
  return { p: slope + (1 - slope) ** 2 * both, k: (1 + slope * slope) * kappa(c) - 2 * slope * kappa(-c) };
}

// By what batch norm multiplies the squared gradient: in each layer, in the last one, with an unlimited batch.
function batchFactors(n, slope) {
  const h = (1 + slope * slope) / 2, { p, k } = pairMeans(-1 / (n - 1), slope);
  const passed = h * (n - 3) + (2 * h + (n - 1) * (p + k)) / n, spread = (n - 3) * (h - k);
  return {
    each: (n * passed) / (spread * (n - 1)),
    last: (h * (n - 2)) / spread,
    unlimited: h / (h - (1 - slope) ** 2 / (2 * Math.PI)),
  };
}

// A profile from the last layer (1) down: `last` is its factor, `each` that of all layers below.
function profile(depth, each, last) {
  const squares = Array(depth).fill(1);
  for (let l = depth - 2; l >= 0; l--) squares[l] = squares[l + 1] * (l === depth - 2 ? last : each);
  return squares;
}

// Calls visit(start, step, count) for each set of numbers that share a mean: a column, or a row.
function groups(norm, n, visit) {
  const [many, start, step, count] = norm === "batch" ? [WIDTH, 1, WIDTH, n] : [n, WIDTH, 1, WIDTH];
  if (norm !== "none") for (let i = 0; i < many; i++) visit(i * start, step, count, i);
}

// Standardises in place; returns one over each standard deviation.
function standardise(z, norm, n) {
  const inverse = [];
  groups(norm, n, (start, step, count) => {
    let mean = 0, square = 0;
    for (let i = 0; i < count; i++) mean += z[start + i * step] / count;
    for (let i = 0; i < count; i++) square += (z[start + i * step] -= mean) ** 2 / count;
    const scale = 1 / Math.sqrt(square);
    inverse.push(scale);
    for (let i = 0; i < count; i++) z[start + i * step] *= scale;
  });
  return inverse;
}

// The way back through it, in place: s (g − mean(g) − u mean(g u)).
function backThrough(grad, u, inverse, norm, n) {
  groups(norm, n, (start, step, count, which) => {
    let mean = 0, along = 0;
    for (let i = 0, at = start; i < count; i++, at += step) {
      mean += grad[at] / count;
      along += (grad[at] * u[at]) / count;
    }
    for (let i = 0, at = start; i < count; i++, at += step) grad[at] = inverse[which] * (grad[at] - mean - u[at] * along);
  });
  return grad;
}

// The same profile, measured in one random network with He's variance.
function simulate({ norm, n, slope, depth }, seed = 3) {
  const normal = normals(seed), layers = [];
  let a = draw(n * WIDTH, 1, normal);
  for (let l = 0; l < depth; l++) {
    const W = draw(WIDTH * WIDTH, Math.sqrt(2 / (1 + slope * slope) / WIDTH), normal), u = product(a, W, WIDTH, WIDTH);
    layers.push({ W, u, inverse: standardise(u, norm, n) });
    a = u.map((v) => (v > 0 ? v : slope * v));
  }
  let grad = draw(n * WIDTH, 1, normal);
  const squares = [meanSquare(grad)];
  for (const { W, u, inverse } of layers.slice(1).reverse()) {
    grad = product(backThrough(grad.map((v, i) => (u[i] > 0 ? v : slope * v)), u, inverse, norm, n), W, WIDTH, WIDTH, true);
    squares.unshift(meanSquare(grad));
  }
  return squares.map((v) => v / squares[depth - 1]);
}

function controls(figure, model) {
  course.select(figure, model, "norm", { label: "in front of f", options: Object.entries(NORMS) });
  course.slider(figure, model, "n", { label: "batch size n", values: BATCHES });
  course.slider(figure, model, "slope", { label: "slope for u < 0", values: SLOPES });
  course.slider(figure, model, "depth", { label: "layers", min: 3, max: 40 });
  course.buttons(figure, model, [
    { label: "batches of 4", set: { norm: "batch", n: 4 } },
    { label: "batches of 128", set: { norm: "batch", n: 128 } },
    { label: "layer norm", set: { norm: "layer" } },
  ]);
}

// The axis in whole powers of ten, never narrower than 10⁻² … 10⁶.
function range(columns) {
  const powers = columns.flat().map(Math.log10);
  return { min: 10 ** Math.min(-2, Math.floor(Math.min(...powers))), max: 10 ** Math.max(6, Math.ceil(Math.max(...powers))) };
}

function sentence({ norm, n }, expected, { each, unlimited }) {
  if (norm !== "batch") return `With ${NORMS[norm]} and He’s variance the gradient keeps its size in a wide network, whatever the batch.`;
  return `In batches of ${n} the squared gradient grows by ${course.number(each, 4)} a layer in theory, to ${course.number(expected[0])}`
    + ` in the first one; with an unlimited batch the factor would be ${course.number(unlimited, 4)}.`;
}

function render({ model, el }) {
  const traits = ["norm", "n", "slope", "depth"];
  const figure = course.figure(el, { title: "Which batch size keeps the gradient’s size?", description: model.get("description") });
  controls(figure, model);
  const plot = course.plot(figure, { x: { label: "layer", min: 1 }, y: { label: "mean square of ∂C/∂aₗ", scale: "log" } });
  return course.watch(model, traits, () => {
    const state = Object.fromEntries(traits.map((trait) => [trait, model.get(trait)]));
    const { norm, n, slope, depth } = state, factors = batchFactors(n, slope);
    const x = Array.from({ length: depth }, (_, l) => l + 1);
    const expected = norm === "batch" ? profile(depth, factors.each, factors.last) : profile(depth, 1, 1);
    const unlimited = profile(depth, factors.unlimited, factors.unlimited), measured = simulate(state);
    plot.draw([
      { kind: "rule", y: 1 },
      { kind: "line", label: `${NORMS[norm]}, theory for wide layers`, x, y: expected, color: 1 },
      { kind: "points", label: "one random network", x, y: measured, color: 1 },
      { kind: "line", label: "batch norm, unlimited batch", x, y: unlimited, color: 2, dash: "7 4" },
    ], { x: { max: depth }, y: range([expected, measured, unlimited]) });
    figure.say(sentence(state, expected, factors));
  });
}
export default { render };
