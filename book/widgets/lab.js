// The gradient lab: the reader builds a network, a worker computes it, three plots show it by layer.

const CHOICES = {
  activation: [["identity", "identity"], ["sigmoid", "sigmoid"], ["tanh", "tanh"], ["relu", "ReLU"],
    ["leaky_relu", "Leaky ReLU"], ["elu", "ELU"], ["swish", "Swish"], ["gelu", "GELU"]],
  init: [["constant", "constant 1/n"], ["small", "N(0, 0.01²)"], ["unit", "N(0, 1)"], ["lecun", "LeCun, 1/n"],
    ["xavier", "Xavier, 2/(n + n)"], ["he", "He, 2/n"], ["pytorch", "PyTorch’s default"], ["orthogonal", "orthogonal"],
    ["own", "own gain, g²/n"]],
  shortcut: [["none", "none"], ["plain", "plain"], ["scaled", "branch × 1/√L"]],
  norm: [["none", "none"], ["batch", "batch norm"], ["layer", "layer norm"]],
  clip: [[0, "none"], [0.1, "global norm ≤ 0.1"], [1, "global norm ≤ 1"], [10, "global norm ≤ 10"], [100, "global norm ≤ 100"]],
  width: [[16, "16"], [32, "32"], [64, "64"], [128, "128"]],
};
const RANGES = { depth: [1, 100], gain: [0, 5], seed: [1, 20], histogram: [0, 100] };
const SETTINGS = ["depth", "width", "activation", "init", "gain", "shortcut", "norm", "clip", "seed", "histogram"];

const START = { depth: 30, width: 64, shortcut: "none", norm: "none", clip: 0 };
const PRESETS = [
  ["Sigmoid, 30 layers", { ...START, activation: "sigmoid", init: "xavier" }],
  ["Now tanh", { ...START, activation: "tanh", init: "xavier" }],
  ["ReLU as PyTorch starts it", { ...START, activation: "relu", init: "pytorch" }],
  ["Now He", { ...START, activation: "relu", init: "he" }],
  ["Weights too large", { ...START, activation: "relu", init: "unit" }],
  ["Now batch norm", { ...START, activation: "relu", init: "unit", norm: "batch" }],
  ["Residual, 100 layers", { ...START, depth: 100, activation: "relu", init: "he", shortcut: "plain" }],
  ["Now × 1/√L", { ...START, depth: 100, activation: "relu", init: "he", shortcut: "scaled" }],
];

const settingsOf = (model) => Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));

// What the engine takes from numerics.js.
const NUMERICS = { meanSquare, timesTransposed: inPairs(PRODUCTS, timesTransposed), transposed, uniforms };

// The engine in a worker of its own, which gets everything as text; while it computes, only the newest question waits.
function calculator(answer) {
  const times = `(${inPairs})("${PRODUCTS}", ${timesTransposed})`;
  const numerics = `{ meanSquare: ${meanSquare}, timesTransposed: ${times}, transposed: ${transposed}, uniforms: ${uniforms} }`;
  const compute = `const lab = (${gradientLab})(${numerics});
    let later = 0; // while no question is there, a layer of the next
    const prepare = (draws) => { if (!draws.next().done) later = setTimeout(prepare, 0, draws); };
    onmessage = ({ data }) => {
      clearTimeout(later);
      postMessage({ settings: data, found: lab.measure(data), theory: lab.theory(data) });
      later = setTimeout(prepare, 100, lab.ahead(data));
    };`;
  let worker = null, inPage = null, busy = false, waiting = null;
  try {
    const url = URL.createObjectURL(new Blob([compute], { type: "text/javascript" }));
    worker = new Worker(url);
    URL.revokeObjectURL(url);
  } catch { /* a page may forbid workers: then the page itself computes */ }
  const here = (settings) => {
    inPage ??= gradientLab(NUMERICS);
    answer({ settings, found: inPage.measure(settings), theory: inPage.theory(settings) });
  };
  if (worker) {
    worker.onmessage = ({ data }) => {
      busy = false;
      if (waiting) { const next = waiting; waiting = null; ask(next); } else answer(data);
    };
    worker.onerror = (event) => { event.preventDefault(); worker = null; if (waiting) here(waiting); };
  }
  function ask(settings) {
    if (!worker) here(settings);
    else if (busy) waiting = settings;
    else { busy = true; worker.postMessage(settings); }
  }
  return { ask, stop: () => worker?.terminate() };
}

// What the address says after `#lab?`, as far as it can be understood; what cannot is named.
function fromAddress(hash) {
  const found = {}, odd = [];
  if (!hash.startsWith("#lab?")) return { found, odd };
  for (const [name, text] of new URLSearchParams(hash.slice(5))) {
    const number = Number(text), [low, high] = RANGES[name] ?? [];
    const choice = CHOICES[name]?.find(([value]) => String(value) === text);
    if (choice) found[name] = choice[0];
    else if (RANGES[name] && text !== "" && number >= low && number <= high) found[name] = name === "gain" ? number : Math.round(number);
    else odd.push(`${name}=${text}`);
  }
  return { found, odd };
}
const toAddress = (settings) => `#lab?${new URLSearchParams(Object.entries(settings))}`;

// The factor a layer multiplies the gradient's norm by, on its way from the last layer to the first.
const perLayer = ({ gradient }) => (gradient[0] / gradient.at(-1)) ** (1 / (gradient.length - 1));

const CAUSES = {
  vanish: ({ activation, init, norm }) => {
    if (init === "small") return "Weights this small shrink the signal and the gradient at every layer.";
    if (activation === "sigmoid" && norm === "none") return "The sigmoid’s slope is never above ¼, and weights of this size do not make up for it.";
    if (activation === "relu" && init === "pytorch") return "PyTorch’s default has the variance 1/(3n), and ReLU halves what is left: a factor 1/6 a layer in the square.";
    if (["relu", "leaky_relu", "elu", "swish", "gelu"].includes(activation)) return "This activation lets about half of the signal through; He’s variance 2/n makes up for it.";
    return "The weights times the mean slope of the activation multiply to less than one.";
  },
  explode: ({ init, norm, shortcut, activation }) => {
    if (norm === "batch" && shortcut === "none") return "At the start batch norm itself makes gradients grow: by π/(π − 1) a layer in the square, for ReLU.";
    if (shortcut === "plain" && norm === "none") return "Every block adds as much as it receives, so the square doubles with each: scale the branch by 1/√L.";
    if (init === "unit") return "Weights of variance 1 multiply the square by about n at every layer.";
    if (activation === "identity") return "Nothing holds back weights whose variance is above 1/n.";
    return "The weights times the mean slope of the activation multiply to more than one.";
  },
};

function verdict(settings, found) {
  const { gradient, weightGradient, factor, total } = found, { depth } = settings;
  const ratio = gradient[0] / gradient.at(-1), each = perLayer(found);
  const clipped = factor < 1 ? ` Clipping multiplies all gradients by ${course.number(factor)}: it changes their size, not their ratio.` : "";
  const sum = `Global norm of the weights’ gradients: ${course.number(total)}.${clipped}`;
  if (![...gradient, ...weightGradient].every(Number.isFinite)) return "It overflows: numbers beyond 10³⁰⁸ are no numbers any more.";
  if (gradient[0] === 0) return `It vanishes altogether: at the first layer nothing is left of the gradient. ${CAUSES.vanish(settings)}`;
  const change = `From layer ${depth} to the input the gradient’s norm is multiplied by ${course.number(ratio)}, ${course.number(each)} a layer.`;
  if (settings.init === "constant") return `${change} But all units of a layer are equal and stay so: the layer is one unit, copied. ${sum}`;
  if (ratio < 1e-2) return `It vanishes. ${change} ${CAUSES.vanish(settings)} ${sum}`;
  if (ratio > 1e2) return `It explodes. ${change} ${CAUSES.explode(settings)} ${sum}`;
  return `It arrives. ${change} ${sum}`;
}

function drawings(figure) {
  const layer = { label: "layer", min: 0 };
  const signal = course.plot(figure, { x: layer, y: { label: "second moment", scale: "log" }, height: 230 });
  const gradient = course.plot(figure, { x: layer, y: { label: "gradient norm", scale: "log" }, height: 260 });
  const flat = course.plot(figure, { x: layer, y: { label: "share", min: 0, max: 1 }, height: 180 });
  return { signal, gradient, flat };
}

// The range of the axis: around what is there, and at least a factor of ten to both sides of it.
function around(...lists) {
  const there = lists.flat().filter((v) => Number.isFinite(v) && v > 0);
  return there.length ? { min: Math.min(...there) / 10, max: Math.max(...there) * 10 } : {};
}

function paint(plots, { settings, found, theory }) {
  const { depth, activation } = settings, layers = Array.from({ length: depth + 1 }, (_, l) => l), own = layers.slice(1);
  const predicted = (name) => (theory ? [{ kind: "line", x: layers, y: theory[name], label: "theory", color: "ink", dash: "7 4" }] : []);
  const clipped = found.weightGradient.map((v) => v * found.factor), x = { max: depth };
  plots.signal.draw([...predicted("secondMoment"),
    { kind: "points", x: layers, y: found.secondMoment, label: "activations: mean of a²", color: 1, size: 3.2 }],
  { x, y: around(found.secondMoment, theory?.secondMoment ?? []) });
  plots.gradient.draw([...predicted("gradient"),
    { kind: "points", x: layers, y: found.gradient, label: "with respect to activations", color: 1, size: 3.2 },
    { kind: "line", x: own, y: found.weightGradient, label: "with respect to weights", color: 2, thin: true },
    ...(found.factor < 1 ? [{ kind: "line", x: own, y: clipped, label: "weights, clipped", color: 3, dash: "2 4" }] : [])],
  { x, y: around(found.gradient, theory?.gradient ?? [], found.weightGradient, clipped) });
  const dead = ["relu", "leaky_relu"].includes(activation);
  plots.flat.draw([{ kind: "bars", x: own, y: found.flat, color: 2,
    label: dead ? "units that are shut for the whole batch" : "saturated outputs" }], { x: { max: depth + 0.5 } });
}

function histograms(figure) {
  let plots = null;
  const holder = document.createElement("div");
  figure.canvas.append(holder);
  return (histogram) => {
    holder.hidden = !histogram;
    if (!histogram) return;
    plots ??= ["activations", "gradient"].map((name) =>
      course.plot({ ...figure, canvas: holder }, { x: { label: name }, y: { label: "share", min: 0 }, height: 170 }));
    for (const [plot, { centres, shares }, name] of [[plots[0], histogram.signal, "activations"], [plots[1], histogram.gradient, "gradient"]]) {
      plot.draw([{ kind: "bars", x: centres, y: shares, label: `${name} of layer ${histogram.layer}` }]);
    }
  };
}

function controls(figure, model) {
  course.buttons(figure, model, PRESETS.map(([label, set]) => ({ label, set })));
  course.slider(figure, model, "depth", { label: "depth L", min: 1, max: 100 });
  course.select(figure, model, "width", { label: "width n", options: CHOICES.width });
  course.select(figure, model, "activation", { label: "activation", options: CHOICES.activation });
  course.select(figure, model, "init", { label: "initialisation", options: CHOICES.init });
  course.slider(figure, model, "gain", { label: "own gain g", min: 0, max: 5, step: 0.05, format: (v) => v.toFixed(2) });
  course.select(figure, model, "shortcut", { label: "shortcuts", options: CHOICES.shortcut });
  course.select(figure, model, "norm", { label: "normalisation", options: CHOICES.norm });
  course.select(figure, model, "clip", { label: "clipping", options: CHOICES.clip });
  course.slider(figure, model, "seed", { label: "draw of the weights", min: 1, max: 20 });
  course.slider(figure, model, "histogram", { label: "histograms of layer", min: 0, max: 100, format: (l) => (l ? String(l) : "none") });
}

async function render({ model, el }) {
  const figure = course.figure(el, { title: "The gradient lab", description: model.get("description") });
  const inBook = Boolean(el.closest("article")); // in a notebook the address is not ours
  const { found: asked, odd } = inBook ? fromAddress(location.hash) : { found: {}, odd: [] };
  for (const [name, value] of Object.entries(asked)) model.set(name, value);
  controls(figure, model);
  const ownGain = figure.controls.querySelector("[data-trait=gain]").closest(".cw-control");
  const words = figure.root.querySelector(".cw-summary");
  words.style.minHeight = "6em"; // room for the longest verdict, so that the plots below stay where they are
  figure.canvas.before(words);
  const plots = drawings(figure), show = histograms(figure);
  let unread = odd.length ? `The address says ${odd.join(", ")}, which the lab does not know; it was left out. ` : "";

  const engine = calculator(({ settings, found, theory }) => {
    paint(plots, { settings, found, theory });
    show(found.histogram);
    figure.say(unread + verdict(settings, found));
    unread = "";
    model.set("result", { ...found, theory });
    model.save_changes();
    figure.root.dataset.drawn = toAddress(settings);
  });
  let due = false;
  const clean = await course.watch(model, SETTINGS, () => {
    ownGain.hidden = model.get("init") !== "own";
    if (due) return; // an example sets several traits at once
    due = true;
    queueMicrotask(() => {
      due = false;
      const settings = settingsOf(model);
      if (inBook && figure.root.dataset.drawn) history.replaceState(null, "", toAddress(settings));
      engine.ask(settings);
    });
  });
  return () => { clean(); engine.stop(); };
}

export { gradientLab, NUMERICS, timesTransposed };
export default { render };
