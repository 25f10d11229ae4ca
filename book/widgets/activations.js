// An activation and its slope; second moments by layer: mean-field theory as curves, one random network as dots.

const BATCH = 32, WIDTH = 64;
const GAINS = [0.5, 0.5774, 0.65, 0.7, 0.75, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4142, 1.5, 1.6, 1.7, 1.8, 2, 2.2];
const FIRSTS = [0.01, 0.1, 0.5, 0.8, 1, 1.2, 1.5, 2, 10, 100];
const SCALE = 1.0507009873554805, ALPHA = 1.6732632423543772;

const sigmoid = (z) => 0.5 * (1 + Math.tanh(0.5 * z));
const density = (z) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
// The normal distribution function by Marsaglia's series: only terms of one sign, so no digits are lost.
function normalCdf(z) {
  if (Math.abs(z) > 9) return z > 0 ? 1 : 0;
  let sum = z, term = z;
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) { term *= z * z / n; sum += term; }
  return 0.5 + sum * density(z);
}
const leaky = (slope) => ({ f: (z) => (z > 0 ? z : slope * z), df: (z) => (z > 0 ? 1 : slope) });
const elu = (scale, alpha) => ({
  f: (z) => scale * (z > 0 ? z : alpha * Math.expm1(z)), df: (z) => scale * (z > 0 ? 1 : alpha * Math.exp(z)),
});
const ACTIVATIONS = {
  relu: leaky(0), prelu: leaky(0.25), elu: elu(1, 1), selu: elu(SCALE, ALPHA),
  silu: { f: (z) => z * sigmoid(z), df: (z) => sigmoid(z) * (1 + z * sigmoid(-z)) },
  gelu: { f: (z) => z * normalCdf(z), df: (z) => normalCdf(z) + z * density(z) },
  tanh: { f: Math.tanh, df: (z) => 1 - Math.tanh(z) ** 2 },
};

// E[g(√q u)²] for u ~ N(0, 1), by the quadrature that Python sent.
function squareMean({ nodes, weights }, g, q) {
  const scale = Math.sqrt(q);
  return nodes.reduce((sum, u, i) => sum + weights[i] * g(scale * u) ** 2, 0);
}

function gainOf({ rule, gain }, quadrature, { f, df }) {
  return rule === "hand" ? gain : 1 / Math.sqrt(squareMean(quadrature, rule === "signal" ? f : df, 1));
}

// What theory says of layers 1 … L: E[z²], and E[δ²] relative to the last layer.
function theory(quadrature, { f, df }, gain, first, depth) {
  const forward = [first], backward = Array(depth).fill(1);
  for (let l = 1; l < depth; l++) forward.push(gain ** 2 * squareMean(quadrature, f, forward[l - 1]));
  for (let l = depth - 2; l >= 0; l--) backward[l] = backward[l + 1] * gain ** 2 * squareMean(quadrature, df, forward[l]);
  return { forward, backward };
}

// The same two profiles, measured in one random network on BATCH standard-normal inputs.
function simulate({ f, df }, gain, first, depth, seed = 1) {
  const normal = normals(seed), weights = [], z = [];
  let a = draw(BATCH * WIDTH, 1, normal);
  for (let l = 0; l < depth; l++) {
    weights.push(draw(WIDTH * WIDTH, (l ? gain : Math.sqrt(first)) / Math.sqrt(WIDTH), normal));
    z.push(product(a, weights[l], WIDTH, WIDTH));
    a = z[l].map(f);
  }
  let delta = draw(BATCH * WIDTH, 1, normal);
  const backward = [meanSquare(delta)];
  for (let l = depth - 1; l > 0; l--) {
    delta = product(delta, weights[l], WIDTH, WIDTH, true).map((v, i) => v * df(z[l - 1][i]));
    backward.unshift(meanSquare(delta));
  }
  return { forward: z.map(meanSquare), backward: backward.map((v) => v / backward[depth - 1]) };
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
  course.select(figure, model, "activation", { label: "activation", options: [["relu", "ReLU"],
    ["prelu", "leaky ReLU, slope ¼"], ["elu", "ELU"], ["selu", "SELU"], ["silu", "Swish"], ["gelu", "GELU"], ["tanh", "tanh"]] });
  course.select(figure, model, "rule", { label: "gain", options: [["hand", "by the slider"],
    ["signal", "keeps a signal of E[z²] = 1"], ["gradient", "keeps the gradient at E[z²] = 1"]] });
  course.slider(figure, model, "gain", { label: "g", values: GAINS, format: (v) => course.number(v) });
  course.slider(figure, model, "first", { label: "E[z²] of layer 1", values: FIRSTS });
  course.slider(figure, model, "depth", { label: "layers", min: 2, max: 40 });
  course.buttons(figure, model, [
    { label: "He and ReLU", set: { activation: "relu", rule: "hand", gain: 1.4142 } },
    { label: "Swish, exactly kept", set: { activation: "silu", rule: "signal", first: 1 } },
    { label: "Swish, 20 % too much", set: { activation: "silu", rule: "signal", first: 1.2 } },
    { label: "SELU, 20 % too much", set: { activation: "selu", rule: "signal", first: 1.2 } },
  ]);
}

function drawFunction(plot, { f, df }) {
  // Both sides of 0, so that a jump of the slope stands upright.
  const x = Array.from({ length: 162 }, (_, i) => (i < 81 ? i - 80 : i - 81) / 20 + (i === 80 ? -1e-9 : i === 81 ? 1e-9 : 0));
  plot.draw([
    { kind: "line", label: "activation f(z)", x, y: x.map(f), color: 3 },
    { kind: "line", label: "slope f′(z)", x, y: x.map(df), color: 4, dash: "7 4" },
  ]);
}

function drawProfiles(plot, expected, measured, depth) {
  const x = expected.forward.map((_, l) => l + 1);
  plot.draw([
    { kind: "rule", y: 1 },
    { kind: "line", label: "signal going up: E[z²], theory", x, y: expected.forward, color: 1 },
    { kind: "line", label: "gradient coming back: E[δ²], theory", x, y: expected.backward, color: 2, dash: "7 4" },
    { kind: "points", label: "one random network", x, y: measured.forward, color: 1 },
    { kind: "points", x, y: measured.backward, color: 2 },
  ], { x: { max: depth }, y: range([...Object.values(expected), ...Object.values(measured)]) });
}

function render({ model, el }) {
  const traits = ["activation", "rule", "gain", "first", "depth"];
  const figure = course.figure(el, { title: "Which activation keeps signal and gradient, and with which gain?",
    description: model.get("description") });
  controls(figure, model);
  const curve = course.plot(figure, { height: 210, x: { label: "z", min: -4, max: 4 }, y: { label: "value", min: -2, max: 4 } });
  const layers = course.plot(figure, { x: { label: "layer", min: 1 }, y: { label: "second moment", scale: "log" } });
  const quadrature = { nodes: model.get("nodes"), weights: model.get("weights") };
  return course.watch(model, traits, () => {
    const now = Object.fromEntries(traits.map((trait) => [trait, model.get(trait)])), activation = ACTIVATIONS[now.activation];
    const gain = gainOf(now, quadrature, activation);
    const expected = theory(quadrature, activation, gain, now.first, now.depth);
    figure.root.querySelector("[data-trait=gain]").disabled = now.rule !== "hand";
    drawFunction(curve, activation);
    drawProfiles(layers, expected, simulate(activation, gain, now.first, now.depth), now.depth);
    figure.say(`With the gain ${course.number(gain)} theory has ${course.number(expected.forward.at(-1))} for E[z²] in the`
      + ` last layer, and the first layer receives ${course.number(expected.backward[0])} times the last layer’s squared gradient.`);
  });
}
export default { render };
