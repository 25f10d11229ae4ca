// The gradient of a chain of equal sigmoid neurons for every input, as in concepts/sigmoid_chains.py.

const INPUTS = Array.from({ length: 2001 }, (_, i) => i / 2000);

// The sigmoid and its slope, written with e^(−|z|), which cannot overflow.
function neuron(z) {
  const decay = Math.exp(-Math.abs(z));
  return { a: (z >= 0 ? 1 : decay) / (1 + decay), slope: decay / (1 + decay) ** 2 };
}

// Output and derivative of the chain a ← σ(w(a − c)) at input x.
function chain(x, { weight, centre, depth }) {
  let a = x, gradient = 1;
  for (let l = 0; l < depth; l++) {
    const next = neuron(weight * (a - centre));
    gradient *= weight * next.slope;
    a = next.a;
  }
  return { a, gradient: Math.abs(gradient) };
}

// The axis in whole powers of ten, never narrower than 10⁻² … 10, never lower than 10⁻¹².
function range(columns) {
  const powers = columns.flat().filter((v) => v > 0).map(Math.log10);
  return {
    min: 10 ** Math.max(-12, Math.min(-2, Math.floor(Math.min(...powers)))),
    max: 10 ** Math.max(1, Math.ceil(Math.max(...powers))),
  };
}

function verdict({ depth }, share, mean, bound) {
  const who = depth === 1 ? "The neuron" : `The chain of ${depth} neurons`;
  const kept = share > 0 ? `keeps or enlarges the gradient for ${course.number(100 * share)} % of the inputs`
    : "shrinks the gradient for every input";
  return `${who} ${kept}. The mean over all inputs is ${course.number(mean)}; `
    + `no input can have more than ${course.number(bound)}.`;
}

function render({ model, el }) {
  const figure = course.figure(el, { title: "For which inputs does the gradient survive?", description: model.get("description") });
  const weights = Array.from({ length: 81 }, (_, i) => Number((10 ** (-0.4 + i / 40)).toPrecision(3)));
  course.slider(figure, model, "weight", { label: "weight w", values: weights, format: (v) => course.number(v) });
  course.slider(figure, model, "centre", {
    label: "steepest at a =", min: 0, max: 1, step: 0.01, format: (v) => v.toFixed(2),
  });
  course.slider(figure, model, "depth", { label: "neurons L", min: 1, max: 10 });
  const plot = course.plot(figure, {
    x: { label: "input", min: 0, max: 1 }, y: { label: "gradient, output by input", scale: "log" },
  });
  return course.watch(model, ["weight", "centre", "depth"], () => {
    const now = { weight: model.get("weight"), centre: model.get("centre"), depth: model.get("depth") };
    const gradients = INPUTS.map((x) => chain(x, now).gradient), bound = (now.weight / 4) ** now.depth;
    // Every layer is monotone, so the integral of the gradient is the difference of the ends.
    const mean = chain(1, now).a - chain(0, now).a;
    const share = gradients.filter((g) => g >= 1).length / gradients.length;
    plot.draw([
      { kind: "rule", y: 1, label: "1: kept" },
      { kind: "line", label: "gradient at this input", x: INPUTS, y: gradients, color: 1 },
      { kind: "line", label: "mean over all inputs", x: [0, 1], y: [mean, mean], color: 2, dash: "7 4" },
      { kind: "line", label: "bound (w/4)ᴸ", x: [0, 1], y: [bound, bound], color: 3, dash: "2 4" },
    ], { y: range([gradients, mean, bound]) });
    figure.say(verdict(now, share, mean, bound));
  });
}
export default { render };
