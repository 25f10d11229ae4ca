// Products of Gaussian layers: the typical growth and the mean one, by the closed forms of concepts/random_products.py.

const EULER = 0.5772156649015329;
const FLOAT32_TINY = 2 ** -126;
const NETWORKS = 6;

// ψ(n/2) and ψ'(n/2), by their recurrences from 1 or ½ upwards.
function digammaOfHalf(n) {
  let sum = n % 2 ? -EULER - 2 * Math.LN2 : -EULER;
  for (let m = 2 - (n % 2); m < n; m += 2) sum += 2 / m;
  return sum;
}
function trigammaOfHalf(n) {
  let sum = n % 2 ? Math.PI ** 2 / 2 : Math.PI ** 2 / 6;
  for (let m = 2 - (n % 2); m < n; m += 2) sum -= 4 / m ** 2;
  return sum;
}

// Growth per layer of ln‖Wv‖ when n·Var(w) = σ_w²: of a typical network, its spread, and of the root mean square.
function growth(width, sigmaW2) {
  return {
    typical: 0.5 * (Math.log((2 * sigmaW2) / width) + digammaOfHalf(width)),
    spread: 0.5 * Math.sqrt(trigammaOfHalf(width)),
    rms: 0.5 * Math.log(sigmaW2),
  };
}

// ½ ln(χ²/n) summed over the layers, for one network: its log-norm when σ_w² = 1.
function network(width, depth, seed) {
  const normal = normals(seed), path = [0];
  for (let l = 1; l <= depth; l++) {
    let square = 0;
    for (let i = 0; i < width; i++) square += normal() ** 2;
    path.push(path[l - 1] + 0.5 * Math.log(square / width));
  }
  return path;
}

// The axis in whole powers of ten, never narrower than 10⁻³ … 10³, never beyond 10⁻¹²⁰ … 10⁶⁰.
function range(...columns) {
  const powers = columns.flat().map(Math.log10);
  return {
    min: 10 ** Math.max(-120, Math.min(-3, Math.floor(Math.min(...powers)))),
    max: 10 ** Math.min(60, Math.max(3, Math.ceil(Math.max(...powers)))),
  };
}

function curves({ width, sigma_w2: sigmaW2, depth }) {
  const { typical, spread, rms } = growth(width, sigmaW2), x = Array.from({ length: depth + 1 }, (_, l) => l);
  return {
    x,
    typical: x.map((l) => Math.exp(l * typical)),
    low: x.map((l) => Math.exp(l * typical - 1.96 * spread * Math.sqrt(l))),
    high: x.map((l) => Math.exp(l * typical + 1.96 * spread * Math.sqrt(l))),
    rms: x.map((l) => Math.exp(l * rms)),
  };
}

function verdict({ width, depth }, { typical, rms, low, high }) {
  const [t, r, a, b] = [typical, rms, low, high].map((column) => course.number(column[depth]));
  return `After ${depth} layers of width ${width} a typical network keeps ${t} of the length `
    + `(19 of 20 lie between ${a} and ${b}); the root mean square over all networks is ${r}.`;
}

function render({ model, el }) {
  const figure = course.figure(el, { title: "What is left of a vector?", description: model.get("description") });
  course.slider(figure, model, "width", { label: "width n", values: [1, 2, 3, 4, 8, 16, 32, 64, 128, 256] });
  course.slider(figure, model, "depth", { label: "layers L", min: 10, max: 200 });
  course.slider(figure, model, "sigma_w2", {
    label: "σ_w² = n·Var(w)", min: 0.5, max: 2, step: 0.01, format: (v) => v.toFixed(2),
  });
  const plot = course.plot(figure, { x: { label: "layer ℓ", min: 0 }, y: { label: "length of the vector", scale: "log" } });
  return course.watch(model, ["width", "depth", "sigma_w2"], () => {
    const now = { width: model.get("width"), depth: model.get("depth"), sigma_w2: model.get("sigma_w2") };
    const { x, ...c } = curves(now), shift = growth(now.width, now.sigma_w2).rms;
    const networks = Array.from({ length: NETWORKS }, (_, k) =>
      network(now.width, now.depth, k + 1).map((log, l) => Math.exp(log + l * shift)));
    const axis = range(c.low, c.high, c.rms);
    plot.draw([
      { kind: "band", label: "19 of 20 networks", x, low: c.low, high: c.high, color: 1 },
      ...networks.map((y, k) => (
        { kind: "line", label: k ? null : "six random networks", x, y, color: "muted", dash: null, thin: true })),
      { kind: "line", label: "root mean square of all", x, y: c.rms, color: 2, dash: "7 4" },
      { kind: "line", label: "typical network", x, y: c.typical, color: 1, dash: null },
      ...(axis.min < FLOAT32_TINY ? [{ kind: "rule", y: FLOAT32_TINY, label: "float32 loses digits below" }] : []),
    ], { x: { max: now.depth }, y: axis });
    figure.say(verdict(now, c));
  });
}
export default { render };
