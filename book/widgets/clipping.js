// Gradient descent on the loss (σ(x_T) − 0.7)² of one recurrent unit, x_t = w σ(x_{t−1}) + b from x_0 = 0.5.

const FIRST = 0.5, TARGET = 0.7;
const RATES = [0.05, 0.1, 0.2, 0.3, 0.5];
const THRESHOLDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000];
const STARTS = { above: [5.5, -2.8], nearer: [5, -2.4], below: [5.5, -3.8] };
const LEVELS = [0.1, 0.3, 0.5, 0.6, 0.8, 0.9, 0.95]; // of σ(x_T); 0.7 has a line of its own
const WEIGHTS = Array.from({ length: 49 }, (_, i) => 3.5 + 0.05 * i);

const sigmoid = (x) => 0.5 * (1 + Math.tanh(0.5 * x));

function answer(w, b, length) {
  let x = FIRST;
  for (let t = 0; t < length; t++) x = w * sigmoid(x) + b;
  return sigmoid(x);
}

// The loss and its gradient [∂C/∂w, ∂C/∂b], by back-propagation through time.
function gradient([w, b], length) {
  const s = [];
  let x = FIRST;
  for (let t = 0; t < length; t++) {
    s.push(sigmoid(x));
    x = w * s[t] + b;
  }
  const y = sigmoid(x);
  let g = 2 * (y - TARGET) * y * (1 - y), byWeight = 0, byBias = 0;
  for (let t = length - 1; t >= 0; t--) {
    byWeight += g * s[t];
    byBias += g;
    g *= w * s[t] * (1 - s[t]);
  }
  return { loss: (y - TARGET) ** 2, slope: [byWeight, byBias] };
}

function descend(start, threshold, rate, length, updates) {
  const points = [start], norms = [];
  for (let i = 0; i < updates; i++) {
    const { slope } = gradient(points[i], length), norm = Math.hypot(...slope);
    const step = rate * (norm > threshold ? threshold / norm : 1);
    points.push(points[i].map((v, k) => v - step * slope[k]));
    norms.push(norm);
  }
  return { points, norms, loss: gradient(points[updates], length).loss };
}

// The bias at which σ(x_T) has this value: for w ≥ 0 it grows with the bias, so halve an interval.
function contour(w, level, length) {
  let low = -30, high = 20;
  for (let i = 0; i < 60; i++) {
    const middle = 0.5 * (low + high);
    if (answer(w, middle, length) < level) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

// The cliff runs aslant over the plane of w and b; the map is sheared so that it lies level, at height 0.
const CLIFF = sigmoid(FIRST);
const height = (w, b) => b - (FIRST - w * CLIFF);

function controls(figure, model) {
  course.slider(figure, model, "threshold", { label: "threshold", values: THRESHOLDS });
  course.slider(figure, model, "rate", { label: "learning rate", values: RATES });
  course.slider(figure, model, "length", { label: "time steps T", min: 5, max: 60, step: 5 });
  course.select(figure, model, "start", { label: "start",
    options: [["above", "above the cliff"], ["nearer", "above, nearer"], ["below", "below the cliff"]] });
  course.slider(figure, model, "updates", { label: "updates", min: 1, max: 150 });
  const one = { threshold: 1, rate: 0.3, length: 50, start: "above" };
  course.buttons(figure, model, [
    { label: "One update before the cliff", set: { ...one, updates: 46 } },
    { label: "On the cliff", set: { ...one, updates: 48 } },
    { label: "At the end", set: { ...one, updates: 150 } },
    { label: "Threshold too high", set: { ...one, threshold: 10, updates: 150 } },
  ]);
}

function render({ model, el }) {
  const traits = ["threshold", "rate", "length", "start", "updates"];
  const figure = course.figure(el, { title: "The cliff and the clip", description: model.get("description") });
  controls(figure, model);
  const map = course.plot(figure, { x: { label: "recurrent weight w", min: 3.5, max: 5.9 },
    y: { label: "bias b, counted from the cliff", min: -0.5, max: 0.7 }, height: 360 });
  const chart = course.plot(figure, { x: { label: "update", min: 1 },
    y: { label: "length of the gradient", scale: "log" }, height: 220 });
  let drawn = null, lines = [];
  return course.watch(model, traits, () => {
    const { threshold, rate, length, start, updates } = Object.fromEntries(traits.map((trait) => [trait, model.get(trait)]));
    const [free, clipped] = [Infinity, threshold].map((c) => descend(STARTS[start], c, rate, length, updates));
    const level = (value) => ({ kind: "line", x: WEIGHTS, dash: null,
      y: WEIGHTS.map((w) => height(w, contour(w, value, length))) });
    if (drawn !== length) {
      lines = [...LEVELS.map((value) => ({ ...level(value), color: "muted", thin: true })),
        { ...level(TARGET), label: "no loss", color: 3 }];
      lines[0].label = "equal loss";
      drawn = length;
    }
    const path = ({ points }) => ({ x: points.map(([w]) => w), y: points.map(([w, b]) => height(w, b)) });
    map.draw([...lines,
      { kind: "line", label: "unclipped", ...path(free), color: 2, dash: "7 4" },
      { kind: "points", ...path(free), color: 2, size: 2.5 },
      { kind: "line", label: "clipped", ...path(clipped), color: 1, dash: null },
      { kind: "points", ...path(clipped), color: 1, size: 2.5 },
    ]);
    const x = free.norms.map((_, i) => i + 1), all = [...free.norms, ...clipped.norms].filter((v) => v > 0);
    const low = Math.floor(Math.log10(Math.max(1e-9, Math.min(...all)))), high = Math.ceil(Math.log10(Math.max(...all, threshold)));
    chart.draw([
      { kind: "rule", y: threshold },
      { kind: "line", label: "unclipped", x, y: free.norms, color: 2, dash: "7 4" },
      { kind: "line", label: "before clipping, on the clipped path", x, y: clipped.norms, color: 1, dash: null },
    ], { x: { max: Math.max(2, updates) }, y: { min: 10 ** low, max: 10 ** Math.max(high, low + 1) } });
    const at = ({ points }) => points[updates].map((v) => course.number(v)).join(", ");
    figure.say(`Longest gradient without clipping: ${course.number(Math.max(...free.norms))}.`
      + ` Without clipping the descent is now at (w, b) = (${at(free)}), loss ${course.number(free.loss)};`
      + ` with it, at (${at(clipped)}), loss ${course.number(clipped.loss)}.`);
  });
}
export default { render };
