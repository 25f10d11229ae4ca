// Spread of the signal and size of the gradient by layer, as Python measured them, while layers are prepared.

const NAMES = {
  sigmoid: "autoencoder, sigmoid decoder",
  linear: "autoencoder, linear decoder",
  rbm: "Boltzmann machine, CD-1",
};

// The geometric mean of the factor from each value to the next.
const factor = (values) => (values.at(-1) / values[0]) ** (1 / (values.length - 1));

function sentence(method, k, { spread, gradient }) {
  const depth = spread.length, number = (v) => course.number(v, 2);
  const reach = `The top layer’s activations differ by ${number(spread.at(-1))} from digit to digit,`
    + ` and the first layer gets ${number(gradient[0] / gradient.at(-1))} times the last layer’s gradient.`;
  if (k < 2) return reach;
  const kept = factor(spread.slice(0, k));
  return `${reach} A prepared layer multiplies the spread by ${number(kept)}`
    + (k > depth - 2 ? "." : `, an untouched one by ${number(factor(spread.slice(k)))}.`);
}

function render({ model, el }) {
  const figure = course.figure(el, { title: "What changes when layers are prepared, one by one?", description: model.get("description") });
  const profiles = model.get("profiles"), depth = profiles.sigmoid.length - 1;
  course.slider(figure, model, "prepared", { label: "layers prepared", min: 0, max: depth, format: (k) => `${k} of ${depth}` });
  course.select(figure, model, "method", { label: "by", options: Object.entries(NAMES) });
  course.buttons(figure, model, [
    { label: "none", set: { prepared: 0 } },
    { label: "all", set: { prepared: depth } },
  ]);
  const plot = course.plot(figure, {
    x: { label: "layer", min: 0.8, max: depth + 0.2, ticks: profiles.sigmoid[0].spread.map((_, l) => [l + 1, String(l + 1)]) },
    y: { label: "spread and gradient", scale: "log", min: 1e-6, max: 10 },
  });
  return course.watch(model, ["prepared", "method"], () => {
    const k = model.get("prepared"), method = model.get("method"), now = profiles[method][k], none = profiles[method][0];
    const x = now.spread.map((_, l) => l + 1), grey = { kind: "line", x, color: "muted", thin: true };
    plot.draw([
      ...(k > 0 && k < depth ? [{ kind: "rule", x: k + 0.5 }] : []),
      { ...grey, label: "no layer prepared", y: none.spread, dash: null },
      { ...grey, y: none.gradient, dash: "7 4" },
      { kind: "line", label: "signal going up: spread of the activations over digits", x, y: now.spread, color: 1, dash: null },
      { kind: "points", x, y: now.spread, color: 1 },
      { kind: "line", label: "gradient coming back: length of ∂C/∂a", x, y: now.gradient, color: 2, dash: "7 4" },
      { kind: "points", x, y: now.gradient, color: 2 },
    ]);
    figure.say(sentence(method, k, now));
  });
}
export default { render };
