// Variances by layer: mean-field theory as curves, one random network as dots.

const sigmoid = (z) => 0.5 * (1 + Math.tanh(0.5 * z));
const ACTIVATIONS = {
  identity: { f: (z) => z, df: () => 1 },
  tanh: { f: Math.tanh, df: (z) => 1 - Math.tanh(z) ** 2 },
  sigmoid: { f: sigmoid, df: (z) => sigmoid(z) * (1 - sigmoid(z)) },
  relu: { f: (z) => Math.max(z, 0), df: (z) => (z > 0 ? 1 : 0) },
};
const RULES = {
  fixed: (fanIn, fanOut, std) => std ** 2,
  forward: (fanIn) => 1 / fanIn,
  backward: (fanIn, fanOut) => 1 / fanOut,
  xavier: (fanIn, fanOut) => 2 / (fanIn + fanOut),
};
const BATCH = 32;

// Widths n_0 … n_L, in equal ratios from the first to the last.
function widthsOf({ first_width: first, last_width: last, depth }) {
  return Array.from({ length: depth + 1 }, (_, l) => Math.round(first * (last / first) ** (l / depth)));
}

// What theory says of layers 1 … L: the activations' variance, and E[δ²] relative to the last layer.
function theory(quadrature, { f, df }, widths, variances) {
  const q = [], forward = [], depth = variances.length;
  let moment = 1;
  for (let l = 0; l < depth; l++) {
    q.push(widths[l] * variances[l] * moment);
    moment = gaussianMean(quadrature, (z) => f(z) ** 2, q[l]);
    forward.push(moment - gaussianMean(quadrature, f, q[l]) ** 2);
  }
  const backward = Array(depth).fill(1);
  for (let l = depth - 2; l >= 0; l--) {
    const slope = gaussianMean(quadrature, (z) => df(z) ** 2, q[l]);
    backward[l] = backward[l + 1] * widths[l + 2] * variances[l + 1] * slope;
  }
  return { forward, backward };
}

const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;

// The same two profiles, measured in one random network on BATCH standard-normal inputs.
function simulate({ f, df }, widths, variances, seed = 1) {
  const normal = normals(seed), depth = variances.length, z = [], forward = [], weights = [];
  let a = draw(BATCH * widths[0], 1, normal);
  for (let l = 0; l < depth; l++) {
    weights.push(draw(widths[l] * widths[l + 1], Math.sqrt(variances[l]), normal));
    z.push(product(a, weights[l], widths[l], widths[l + 1]));
    a = z[l].map(f);
    forward.push(meanSquare(a) - mean(a) ** 2);
  }
  let delta = draw(BATCH * widths[depth], 1, normal);
  const backward = [meanSquare(delta)];
  for (let l = depth - 1; l > 0; l--) {
    delta = product(delta, weights[l], widths[l + 1], widths[l], true).map((v, i) => v * df(z[l - 1][i]));
    backward.unshift(meanSquare(delta));
  }
  return { forward, backward: backward.map((v) => v / backward[depth - 1]) };
}

// The axis in whole powers of ten, never narrower than 10⁻² … 10², never beyond 10⁻³⁰ … 10³⁰.
function range(columns) {
  const powers = columns.flat().filter((v) => v > 0).map(Math.log10);
  return {
    min: 10 ** Math.max(-30, Math.min(-2, Math.floor(Math.min(...powers)))),
    max: 10 ** Math.min(30, Math.max(2, Math.ceil(Math.max(...powers)))),
  };
}

function controls(figure, model) {
  const stds = Array.from({ length: 61 }, (_, i) => Number((10 ** (-2.5 + i / 24)).toPrecision(3)));
  const widths = [10, 20, 50, 100];
  course.select(figure, model, "activation", { label: "activation",
    options: [["tanh", "tanh"], ["identity", "none (linear)"], ["sigmoid", "sigmoid"], ["relu", "ReLU"]] });
  course.select(figure, model, "rule", { label: "Var(w)",
    options: [["fixed", "fixed by the slider"], ["forward", "1/nᵢₙ"], ["backward", "1/nₒᵤₜ"], ["xavier", "2/(nᵢₙ + nₒᵤₜ)"]] });
  course.slider(figure, model, "std", { label: "std of w", values: stds, format: (v) => course.number(v) });
  course.slider(figure, model, "first_width", { label: "input width", values: widths });
  course.slider(figure, model, "last_width", { label: "last width", values: widths });
  course.slider(figure, model, "depth", { label: "layers", min: 2, max: 30 });
}

function render({ model, el }) {
  const traits = ["activation", "rule", "std", "first_width", "last_width", "depth"];
  const figure = course.figure(el, { title: "How large must the weights be?", description: model.get("description") });
  controls(figure, model);
  const plot = course.plot(figure, { x: { label: "layer", min: 1 }, y: { label: "variance", scale: "log" } });
  const quadrature = { nodes: model.get("nodes"), weights: model.get("weights") };
  return course.watch(model, traits, () => {
    const now = Object.fromEntries(traits.map((trait) => [trait, model.get(trait)]));
    const widths = widthsOf(now), x = widths.slice(1).map((_, l) => l + 1), f = ACTIVATIONS[now.activation];
    const variances = x.map((l) => RULES[now.rule](widths[l - 1], widths[l], now.std));
    const expected = theory(quadrature, f, widths, variances), measured = simulate(f, widths, variances);
    figure.root.querySelector("[data-trait=std]").disabled = now.rule !== "fixed";
    plot.draw([
      { kind: "rule", y: 1 },
      { kind: "line", label: "activations going up: Var(a), theory", x, y: expected.forward, color: 1 },
      { kind: "line", label: "gradients coming back: E[δ²], theory", x, y: expected.backward, color: 2, dash: "7 4" },
      { kind: "points", label: "one random network", x, y: measured.forward, color: 1 },
      { kind: "points", x, y: measured.backward, color: 2 },
    ], { x: { max: now.depth }, y: range([...Object.values(expected), ...Object.values(measured)]) });
    figure.say(`In theory the last layer has ${course.number(expected.forward.at(-1) / expected.forward[0])} times the first`
      + ` layer's variance, and the first layer ${course.number(expected.backward[0])} times the last layer's squared gradient.`);
  });
}
export default { render };
