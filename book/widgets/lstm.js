// What a cell keeps of its gradient, k steps back: closed forms as curves, five random units as thin lines.

const UNITS = 5;
const SPREADS = [0, 0.25, 0.5, 1, 1.5, 2, 3];

// −ln σ(z), without overflow.
const loss = (z) => Math.max(0, -z) + Math.log1p(Math.exp(-Math.abs(z)));

// E[−ln σ(b + s u)] for a standard normal u, by the trapezoidal rule: exact to rounding for a smooth function.
function meanLoss(bias, spread) {
  const step = 1 / 32;
  let sum = 0;
  for (let u = -9; u <= 9; u += step) sum += Math.exp(-0.5 * u * u) * loss(bias + spread * u);
  return (sum * step) / Math.sqrt(2 * Math.PI);
}

// What is left 0 … `steps` steps back in one unit whose gate sees the bias and random inputs.
function unit(bias, spread, steps, seed) {
  const normal = normals(seed), left = [1];
  let total = 0;
  for (let k = 0; k < steps; k++) {
    total += loss(bias + spread * normal());
    left.push(Math.exp(-total));
  }
  return left;
}

function controls(figure, model) {
  const shown = (v) => course.number(v, 3);
  course.slider(figure, model, "bias", { label: "bias b", min: -2, max: 8, step: 0.1, format: shown });
  course.slider(figure, model, "spread", { label: "inputs, ± s", values: SPREADS, format: shown });
  course.slider(figure, model, "steps", { label: "steps", min: 10, max: 300, step: 10 });
  course.buttons(figure, model, [
    { label: "PyTorch’s b ≈ 0", set: { bias: 0, spread: 0, steps: 100 } },
    { label: "the usual b = 1", set: { bias: 1, spread: 0, steps: 100 } },
    { label: "f = 1 − 1/100", set: { bias: Math.log(99), spread: 0, steps: 100 } },
    { label: "a half-life of 100", set: { bias: -Math.log(2 ** 0.01 - 1), spread: 0, steps: 100 } },
  ]);
}

function render({ model, el }) {
  const traits = ["bias", "spread", "steps"];
  const figure = course.figure(el, { title: "How long does a cell remember?", description: model.get("description") });
  controls(figure, model);
  const plot = course.plot(figure, {
    x: { label: "steps back", min: 0 }, y: { label: "what is left of the gradient", scale: "log" },
  });
  return course.watch(model, traits, () => {
    const { bias, spread, steps } = Object.fromEntries(traits.map((trait) => [trait, model.get(trait)]));
    const x = Array.from({ length: steps + 1 }, (_, k) => k), power = (rate) => x.map((k) => Math.exp(-k * rate));
    const alone = power(loss(bias)), typical = power(meanLoss(bias, spread)), halfLife = Math.LN2 / loss(bias);
    const units = Array.from({ length: UNITS }, (_, seed) => unit(bias, spread, steps, seed + 1));
    const lowest = Math.min(...[alone, typical, ...units].map((left) => left.at(-1)));
    plot.draw([
      { kind: "rule", y: 0.5 },
      ...(halfLife <= steps ? [{ kind: "rule", x: halfLife }] : []),
      { kind: "line", label: "the gate sees its bias only: σ(b)ᵏ", x, y: alone, color: 1 },
      { kind: "line", label: "typical unit with inputs", x, y: typical, color: 2, dash: "7 4" },
      ...(spread ? units.map((y, n) => ({ kind: "line", label: n ? null : "five units", x, y, color: 3, dash: null, thin: true })) : []),
    ], { x: { max: steps }, y: { min: 10 ** Math.min(-2, Math.floor(Math.log10(lowest))), max: 1 } });
    figure.say(`A gate of bias ${course.number(bias)} is ${course.number(Math.exp(-loss(bias)))} open. Its half-life in steps is`
      + ` ${course.number(halfLife)}; after ${steps} steps, ${course.number(alone.at(-1))} of the gradient is left.`
      + (spread ? ` With inputs, a typical unit keeps ${course.number(typical.at(-1))}.` : ""));
  });
}
export default { render };
