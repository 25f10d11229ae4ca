// The product of equal factors, one a layer.

// The number of layers after which the product has halved or doubled; Infinity for the factor 1.
function halfLife(factor) {
  return Math.abs(Math.LN2 / Math.log(factor));
}

function verdict(factor, depth) {
  const product = `${factor.toFixed(2)} multiplied ${depth} times is ${course.number(factor ** depth)}.`;
  if (factor === 1) return `${product} Exactly 1 is the only factor that survives depth.`;
  const word = factor < 1 ? "halves" : "doubles";
  return `${product} It ${word} every ${course.number(halfLife(factor))} layers.`;
}

function render({ model, el }) {
  const figure = course.figure(el, { title: "Many factors near one", description: model.get("description") });
  course.slider(figure, model, "factor", {
    label: "factor of one layer", min: 0.8, max: 1.2, step: 0.01, format: (v) => v.toFixed(2),
  });
  course.slider(figure, model, "depth", { label: "layers", min: 1, max: 200, step: 1 });
  const plot = course.plot(figure, {
    x: { label: "layer", min: 0 },
    y: { label: "product", scale: "log" },
  });
  return course.watch(model, ["factor", "depth"], () => {
    const factor = model.get("factor"), depth = model.get("depth");
    const x = Array.from({ length: depth + 1 }, (_, k) => k), y = x.map((k) => factor ** k);
    const reach = Math.max(10, 10 ** Math.ceil(Math.abs(Math.log10(y[depth]))));
    plot.draw(
      [
        { kind: "rule", y: 1, label: "start: 1" },
        { kind: "line", x, y, label: `${factor.toFixed(2)} to the power of the layer` },
        { kind: "points", x: [depth], y: [y[depth]] },
      ],
      { x: { max: depth }, y: { min: 1 / reach, max: reach } },
    );
    figure.say(verdict(factor, depth));
  });
}

export default { render };
