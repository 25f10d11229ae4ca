// Speeds of learning by layer: mean-field theory as a curve, twelve random networks as thin lines.

const sigmoid = (z) => 0.5 * (1 + Math.tanh(0.5 * z));
const ACTIVATIONS = {
  sigmoid: { f: sigmoid, df: (z) => sigmoid(z) * (1 - sigmoid(z)) },
  tanh: { f: Math.tanh, df: (z) => 1 - Math.tanh(z) ** 2 },
};
const WIDTH = 30, NETWORKS = 12;
const VARIANCES = Array.from({ length: 41 }, (_, i) => Number((2 ** (-2 + i / 4)).toPrecision(3)));

// What a very wide network does: the factor √χ from each hidden layer to the one below it, multiplied up.
function theory(quadrature, { f, df }, { hidden, sigma_w2: sigmaW2, sigma_b2: sigmaB2 }) {
  const factors = [];
  let q = sigmaW2 + sigmaB2;
  for (let l = 1; l < hidden; l++) {
    factors.push(Math.sqrt(sigmaW2 * gaussianMean(quadrature, (z) => df(z) ** 2, q)));
    q = sigmaW2 * gaussianMean(quadrature, (z) => f(z) ** 2, q) + sigmaB2;
  }
  const speeds = Array(hidden).fill(1);
  for (let l = hidden - 2; l >= 0; l--) speeds[l] = speeds[l + 1] * factors[l];
  return speeds;
}

const length = (v) => Math.hypot(...v);

// One network of width 30 and one input: ‖∂C/∂b_ℓ‖ = ‖δ_ℓ‖, relative to the last hidden layer.
function network({ f, df }, { hidden, sigma_w2: sigmaW2, sigma_b2: sigmaB2 }, seed) {
  const normal = normals(seed), weights = [], z = [];
  let a = draw(WIDTH, 1, normal);
  for (let l = 0; l < hidden; l++) {
    const W = draw(WIDTH * WIDTH, Math.sqrt(sigmaW2 / WIDTH), normal), b = draw(WIDTH, Math.sqrt(sigmaB2), normal);
    weights.push(W);
    z.push(b.map((bias, i) => a.reduce((sum, v, j) => sum + W[i * WIDTH + j] * v, bias)));
    a = z[l].map(f);
  }
  let delta = draw(WIDTH, 1, normal).map((v, i) => v * df(z[hidden - 1][i]));
  const speeds = [length(delta)];
  for (let l = hidden - 1; l > 0; l--) {
    const back = (_, j) => delta.reduce((sum, d, i) => sum + d * weights[l][i * WIDTH + j], 0);
    delta = Float64Array.from({ length: WIDTH }, back).map((v, j) => v * df(z[l - 1][j]));
    speeds.unshift(length(delta));
  }
  return speeds.map((v) => v / speeds[hidden - 1]);
}

// The axis in whole powers of ten, never narrower than 10⁻³ … 10¹.
function range(columns) {
  const powers = columns.flat().map(Math.log10);
  return { min: 10 ** Math.min(-3, Math.floor(Math.min(...powers))), max: 10 ** Math.max(1, Math.ceil(Math.max(...powers))) };
}

function controls(figure, model) {
  course.select(figure, model, "activation", { label: "activation", options: [["sigmoid", "sigmoid"], ["tanh", "tanh"]] });
  course.slider(figure, model, "hidden", { label: "hidden layers", min: 2, max: 10 });
  course.slider(figure, model, "sigma_w2", { label: "σ_w² = nᵢₙ·Var(w)", values: VARIANCES, format: (v) => course.number(v) });
  course.slider(figure, model, "sigma_b2", { label: "σ_b² = Var(b)", min: 0, max: 2, step: 0.25, format: (v) => v.toFixed(2) });
}

function render({ model, el }) {
  const traits = ["activation", "hidden", "sigma_w2", "sigma_b2"];
  const figure = course.figure(el, { title: "How fast does each layer learn?", description: model.get("description") });
  controls(figure, model);
  const plot = course.plot(figure, { x: { label: "hidden layer", min: 1 }, y: { label: "speed, last layer = 1", scale: "log" } });
  const quadrature = { nodes: model.get("nodes"), weights: model.get("weights") };
  return course.watch(model, traits, () => {
    const now = Object.fromEntries(traits.map((trait) => [trait, model.get(trait)])), f = ACTIVATIONS[now.activation];
    const expected = theory(quadrature, f, now), x = expected.map((_, l) => l + 1);
    const networks = Array.from({ length: NETWORKS }, (_, k) => network(f, now, k + 1));
    const first = networks.map((speeds) => speeds[0]).sort((a, b) => a - b);
    plot.draw([
      { kind: "rule", y: 1 },
      ...networks.map((y, k) => (
        { kind: "line", label: k ? null : "twelve random networks", x, y, color: "muted", dash: null, thin: true })),
      { kind: "line", label: "theory", x, y: expected, color: 1, dash: "7 4" },
    ], { x: { max: now.hidden, ticks: x.map((l) => [l, String(l)]) }, y: range([expected, ...networks]) });
    figure.say(`In theory the first of ${now.hidden} hidden layers learns ${course.number(expected[0])} times as fast as the last;`
      + ` in twelve networks it is between ${course.number(first[0])} and ${course.number(first.at(-1))} times.`);
  });
}
export default { render };
