// Second moments by block of a residual network: closed forms as curves, one random network as dots.

const WIDTH = 48, BATCH = 48, KEPT = 1 - 1 / Math.PI;
const RULES = {
  one: () => 1,
  half: () => 0.5,
  tenth: () => 0.1,
  root: (depth) => 1 / Math.sqrt(depth),
  inverse: (depth) => 1 / depth,
  zero: () => 0,
};

// What theory says at the input and behind each block: E[a²] of the signal, and E[g²] relative to the last block.
function theory(kind, depth, scale) {
  const square = scale * scale, forward = [], backward = [1];
  for (let l = 0; l <= depth; l++) {
    forward.push(kind === "normalized" ? 1 + l * square : (kind === "plain" ? square : 1 + square) ** l);
  }
  if (kind !== "normalized") return { forward, backward: [...forward].reverse() };
  for (let l = depth - 1; l >= 0; l--) backward.unshift(backward[0] * (1 + square / (1 + l * square * KEPT)));
  return { forward, backward };
}

// Inputs, the gradient at the output, and the weights (V, W) of each block; drawn once, as many as were asked for.
const drawn = (() => {
  let normal = null, x, gradient;
  const blocks = [];
  return (depth) => {
    if (!normal) {
      normal = normals(3);
      x = draw(BATCH * WIDTH, 1, normal);
      gradient = draw(BATCH * WIDTH, 1, normal);
    }
    while (blocks.length < depth) {
      blocks.push([draw(WIDTH * WIDTH, Math.sqrt(2 / WIDTH), normal), draw(WIDTH * WIDTH, Math.sqrt(1 / WIDTH), normal)]);
    }
    return { x, gradient, blocks: blocks.slice(0, depth) };
  };
})();

// With a square matrix, transposed for the way up, as it is for the way back.
const times = (rows, matrix, back = false) => product(rows, matrix, WIDTH, WIDTH, back);

// Calls visit(indices of column i) for every column.
function columns(visit) {
  for (let i = 0; i < WIDTH; i++) visit(Array.from({ length: BATCH }, (_, b) => b * WIDTH + i));
}

function standardise(a) {
  const u = new Float64Array(a.length), stds = [];
  columns((at) => {
    const mean = at.reduce((sum, k) => sum + a[k], 0) / BATCH;
    const std = Math.sqrt(at.reduce((sum, k) => sum + (a[k] - mean) ** 2, 0) / BATCH);
    at.forEach((k) => { u[k] = (a[k] - mean) / std; });
    stds.push(std);
  });
  return { u, stds };
}

// The gradient in front of batch norm: without its mean and its part along u, divided by the standard deviation.
function backThrough({ u, stds }, g) {
  const result = new Float64Array(g.length);
  let i = 0;
  columns((at) => {
    const mean = at.reduce((sum, k) => sum + g[k], 0) / BATCH;
    const along = at.reduce((sum, k) => sum + g[k] * u[k], 0) / BATCH;
    at.forEach((k) => { result[k] = (g[k] - mean - u[k] * along) / stds[i]; });
    i += 1;
  });
  return result;
}

// The same two profiles, measured in one random network.
function simulate(kind, depth, scale) {
  const { x, gradient, blocks } = drawn(depth), keep = kind === "plain" ? 0 : 1, passes = [];
  const add = (through, branch) => through.map((v, k) => keep * v + scale * branch[k]);
  let a = x, g = gradient;
  const forward = [meanSquare(a)], backward = [meanSquare(g)];
  for (const [V, W] of blocks) {
    const norm = kind === "normalized" ? standardise(a) : null, z = times(norm ? norm.u : a, V);
    passes.push({ V, W, norm, open: z.map((v) => (v > 0 ? 1 : 0)) });
    a = add(a, times(z.map((v) => Math.max(v, 0)), W));
    forward.push(meanSquare(a));
  }
  for (const { V, W, norm, open } of passes.reverse()) {
    const below = times(times(g, W, true).map((v, k) => v * open[k]), V, true);
    g = add(g, norm ? backThrough(norm, below) : below);
    backward.unshift(meanSquare(g));
  }
  return { forward: forward.map((v) => v / forward[0]), backward: backward.map((v) => v / backward[depth]) };
}

// The axis in whole powers of ten, never narrower than 10⁻¹ … 10².
function range(profiles) {
  const powers = profiles.flat().filter((v) => v > 0).map(Math.log10);
  return {
    min: 10 ** Math.min(-1, Math.floor(Math.min(...powers))),
    max: 10 ** Math.max(2, Math.ceil(Math.max(...powers))),
  };
}

function controls(figure, model) {
  course.slider(figure, model, "depth", { label: "blocks L", min: 2, max: 60 });
  course.select(figure, model, "kind", { label: "block", options: [["plain", "no shortcut"],
    ["shortcut", "shortcut"], ["normalized", "shortcut, batch norm"]] });
  course.select(figure, model, "rule", { label: "branch times", options: [["one", "1"], ["half", "½"], ["tenth", "0.1"],
    ["root", "1/√L"], ["inverse", "1/L"], ["zero", "0"]] });
}

function render({ model, el }) {
  const traits = ["depth", "kind", "rule"];
  const figure = course.figure(el, { title: "How large may a branch be?", description: model.get("description") });
  controls(figure, model);
  const plot = course.plot(figure, { x: { label: "block", min: 0 }, y: { label: "second moment", scale: "log" } });
  return course.watch(model, traits, () => {
    const [depth, kind, rule] = traits.map((trait) => model.get(trait)), scale = RULES[rule](depth);
    const expected = theory(kind, depth, scale), measured = simulate(kind, depth, scale);
    const x = expected.forward.map((_, l) => l);
    plot.draw([
      { kind: "rule", y: 1 },
      { kind: "line", label: "signal going up: E[a²], theory", x, y: expected.forward, color: 1 },
      { kind: "line", label: "gradient coming back: E[g²], theory", x, y: expected.backward, color: 2, dash: "7 4" },
      { kind: "points", label: "one random network", x, y: measured.forward, color: 1 },
      { kind: "points", x, y: measured.backward, color: 2 },
    ], { x: { max: depth }, y: range([...Object.values(expected), ...Object.values(measured)]) });
    figure.say(`Branches times ${course.number(scale)}: in theory ${depth} blocks multiply the signal’s second moment by`
      + ` ${course.number(expected.forward[depth])} and the squared gradient by ${course.number(expected.backward[0])}.`);
  });
}
export default { render };
