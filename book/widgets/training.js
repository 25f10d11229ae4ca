// One weight a layer, in a valley that is flatter for earlier layers: the paths of five optimisers.

const STEPS = 200, EPS = 1e-8, LOST = 10;
const RATES = [0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 1.5, 2.1];
const FACTORS = [1, 2, 5, 10, 30, 100, 1000];

// One step for one weight. `s` holds two memories, zero at first; t counts from 1.
const RULES = {
  "gradient descent": (w, g, s, t, lr) => w - lr * g,
  momentum: (w, g, s, t, lr) => { s.m = 0.9 * s.m + g; return w - lr * s.m; },
  RMSprop: (w, g, s, t, lr) => { s.v += (1 - 0.9) * (g * g - s.v); return w - lr * (g / (Math.sqrt(s.v) + EPS)); },
  Adam: (w, g, s, t, lr) => adam(w, g, s, lr, 1 - 0.9 ** t, 1 - 0.999 ** t),
  "Adam without correction": (w, g, s, t, lr) => adam(w, g, s, lr, 1, 1),
};

function adam(w, g, s, lr, firstShare, secondShare) {
  s.m += (1 - 0.9) * (g - s.m);
  s.v += (1 - 0.999) * (g * g - s.v);
  return w - lr * (s.m / firstShare) / (Math.sqrt(s.v / secondShare) + EPS);
}

// The distance from the goal before the first step and after each, where the gradient is curvature · distance.
function walk(rule, curvature, lr) {
  const path = [1], state = { m: 0, v: 0 };
  for (let t = 1; t <= STEPS; t++) path.push(RULES[rule](path[t - 1], curvature * path[t - 1], state, t, lr));
  return path;
}

// A path that has left the figure for good would only paint it over.
function untilLost(path) {
  const lost = path.findIndex((w) => !(Math.abs(w) < LOST));
  return lost < 0 ? path : path.slice(0, lost + 1);
}

function controls(figure, model) {
  course.select(figure, model, "rule", { label: "rule", options: Object.keys(RULES).map((name) => [name, name]) });
  course.slider(figure, model, "rate", { label: "learning rate", values: RATES });
  course.slider(figure, model, "factor", { label: "shrink per layer", values: FACTORS, format: (v) => `÷ ${v}` });
  course.slider(figure, model, "depth", { label: "layers", min: 2, max: 5 });
  course.buttons(figure, model, [
    { label: "Gradient descent at rate 1", set: { rule: "gradient descent", rate: 1, factor: 5 } },
    { label: "Too far", set: { rule: "gradient descent", rate: 2.1, factor: 5 } },
    { label: "Adam at rate 0.02", set: { rule: "Adam", rate: 0.02, factor: 5 } },
    { label: "Adam below ε", set: { rule: "Adam", rate: 0.02, factor: 1000 } },
  ]);
}

function sentence(rule, paths, depth, factor) {
  const [first, last] = [paths[0], paths[depth - 1]], moved = (path) => course.number(Math.abs(path[1] - path[0]));
  const stands = (path) => course.number(Math.abs(path[STEPS]));
  return `${rule[0].toUpperCase()}${rule.slice(1)}: layer 1 starts with a gradient of ${course.number(factor ** (1 - depth))}, layer ${depth}`
    + ` with 1. The first step moves layer 1 by ${moved(first)} and layer ${depth} by ${moved(last)}.`
    + ` After ${STEPS} steps the distance left is ${stands(first)} in layer 1 and ${stands(last)} in layer ${depth}.`;
}

function render({ model, el }) {
  const traits = ["rule", "rate", "factor", "depth"];
  const figure = course.figure(el, { title: "Can one learning rate serve all layers?", description: model.get("description") });
  controls(figure, model);
  const plot = course.plot(figure, {
    x: { label: "step", min: 0, max: STEPS }, y: { label: "distance from the goal", min: -0.6, max: 1.2 },
  });
  const x = Array.from({ length: STEPS + 1 }, (_, t) => t);
  return course.watch(model, traits, () => {
    const { rule, rate, factor, depth } = Object.fromEntries(traits.map((trait) => [trait, model.get(trait)]));
    const paths = Array.from({ length: depth }, (_, l) => walk(rule, factor ** (l + 1 - depth), rate));
    plot.draw([
      { kind: "rule", y: 0 },
      ...paths.map((path, l) => ({ kind: "line", label: `layer ${l + 1}`, x, y: untilLost(path) })),
    ]);
    figure.say(sentence(rule, paths, depth, factor));
  });
}
export default { render };
