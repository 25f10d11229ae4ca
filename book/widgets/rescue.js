// Sixty trainings that Python measured: the gradient by layer before each, and its cost.

const PATIENT = ["sigmoid", "nothing", "sgd"];
const CHOICES = {
  layers: ["layers", [["sigmoid", "sigmoid, variance 1/n"], ["prepared", "sigmoid, prepared one by one"],
    ["relu", "ReLU, variance 1/n"], ["he", "ReLU, He's variance 2/n"]]],
  around: ["around", [["nothing", "nothing"], ["batch", "batch norm"], ["shortcut", "shortcut"],
    ["both", "batch norm and shortcut"], ["gates", "gates"]]],
  step: ["steps", [["sgd", "gradient descent"], ["clipped", "the same, clipped at 1"], ["adam", "Adam"]]],
};

function controls(figure, model) {
  for (const [trait, [label, options]] of Object.entries(CHOICES)) course.select(figure, model, trait, { label, options });
  course.slider(figure, model, "layer", { label: "look at layer", min: 1, max: 30 });
  const button = (label, layers, around, step) => ({ label, set: { layers, around, step } });
  course.buttons(figure, model, [
    button("The patient", ...PATIENT), button("Clipping", "sigmoid", "nothing", "clipped"),
    button("ReLU alone", "relu", "nothing", "sgd"), button("Batch norm with ReLU", "he", "batch", "sgd"),
    button("A shortcut", "sigmoid", "shortcut", "sgd"),
  ]);
}

function sentence(gradients, layer, outcome) {
  const share = gradients[layer - 1] / gradients[gradients.length - 1], end = outcome.costs[outcome.costs.length - 1];
  return `Before training the gradient in layer ${layer} is ${course.number(share)} times that in layer 30.`
    + ` Forty steps later ${course.number(100 * outcome.right[0])}% of new digits are right; the cost is ${course.number(end, 2)}`
    + ` (guessing: 10%, ${course.number(Math.log(10), 2)}).`;
}

function render({ model, el }) {
  const traits = ["layers", "around", "step", "layer"];
  const figure = course.figure(el, { title: "What rescues thirty sigmoid layers?", description: model.get("description") });
  controls(figure, model);
  const ahead = course.plot(figure, { height: 230, x: { label: "layer", min: 1, max: 30 },
    y: { label: "norm of its gradient", scale: "log", min: 1e-20, max: 1e4 } });
  const costs = course.plot(figure, { height: 210, x: { label: "step", min: 0, max: 40 }, y: { label: "cost", min: 0, max: 4 } });
  return course.watch(model, [...traits, "table"], () => {
    const [layers, around, step, layer] = traits.map((trait) => model.get(trait)), table = model.get("table");
    const gradients = (...names) => table[names.slice(0, 2).join(" ")].gradients;
    const training = (...names) => table[names.join(" ")];
    const line = (y, every, more) => ({ kind: "line", x: y.map((_, k) => every(k)), y, ...more });
    const [old, now] = [{ label: "the patient", color: "muted", dash: "2 4" }, { label: "with these remedies", color: 1, dash: "none" }];
    const number = (k) => k + 1, middle = (k) => 2 * k + 1.5;
    const own = gradients(layers, around), outcome = training(layers, around, step);
    ahead.draw([{ kind: "rule", x: layer }, line(gradients(...PATIENT), number, old), line(own, number, now)]);
    costs.draw([{ kind: "rule", y: Math.log(10), label: "guessing" },
      line(training(...PATIENT).costs, middle, old), line(outcome.costs, middle, now)]);
    figure.say(sentence(own, layer, outcome));
  });
}
export default { render };
