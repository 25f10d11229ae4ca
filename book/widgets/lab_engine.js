// One random network, forward and backward, and what mean-field theory predicts for it. No page, no drawing:
// `gradientLab` runs in a worker, in the page, and in the tests, which hold its numbers against PyTorch's.
//
//   plain:          z_l = a_{l-1} W_lᵀ,  u_l = norm(z_l),      a_l = φ(u_l),                   l = 1 … L
//   with shortcuts: u_l = norm(a_{l-1}),                       a_l = a_{l-1} + s φ(u_l) W_lᵀ    (He et al. 2016)
//
// There are no biases. C = Σ (a_L ∘ G) / B for a random G: a gradient of known size enters at the last layer.
function gradientLab({ meanSquare, timesTransposed, transposed, uniforms }) {
  const BATCH = 64, EPS = 1e-5;

  const normalDensity = (z) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);

  // Φ, the standard normal's distribution function, and its density: tables, and between two entries the cubic that has
  // their values and slopes (within 1e-10).
  const REACH = 8, PER_UNIT = 64;
  const nodes = Float64Array.from({ length: 2 * REACH * PER_UNIT + 1 }, (_, i) => i / PER_UNIT - REACH);
  const density = nodes.map(normalDensity), densitySlope = nodes.map((z, i) => (-z * density[i]) / PER_UNIT);
  const share = nodes.map((z, i) => {
    let term = z, sum = z; // Φ(z) = ½ + φ(z) (z + z³/3 + z⁵/(3·5) + …)
    for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 2) { term *= (z * z) / k; sum += term; }
    return 0.5 + density[i] * sum;
  });
  const shareSlope = density.map((v) => v / PER_UNIT);
  function cubic(values, slopes, i, t) {
    const r = 1 - t;
    return r * r * ((1 + 2 * t) * values[i] + t * slopes[i]) + t * t * ((1 + 2 * r) * values[i + 1] - r * slopes[i + 1]);
  }

  // Each fills h with φ(u) and d with φ'(u), in one loop without a call: this is where the time goes.
  // `flat` tells an output that hardly reacts: saturated; `shut` marks the rectifiers, whose units can be dead.
  const activations = {
    identity: { pass(u, h, d) { h.set(u); d.fill(1); }, flat: () => false },
    sigmoid: {
      pass(u, h, d) {
        for (let i = 0; i < u.length; i++) { // below −709 exp overflows to ∞, and 1/∞ is the right 0
          const a = 1 / (1 + Math.exp(-u[i]));
          h[i] = a;
          d[i] = a * (1 - a);
        }
      },
      flat: (a) => a < 0.05 || a > 0.95,
    },
    tanh: {
      pass(u, h, d) {
        for (let i = 0; i < u.length; i++) {
          const a = Math.tanh(u[i]);
          h[i] = a;
          d[i] = 1 - a * a;
        }
      },
      flat: (a) => Math.abs(a) > 0.95,
    },
    relu: {
      pass(u, h, d) {
        for (let i = 0; i < u.length; i++) {
          h[i] = u[i] > 0 ? u[i] : 0;
          d[i] = u[i] > 0 ? 1 : 0;
        }
      },
      shut: true,
    },
    leaky_relu: {
      pass(u, h, d) {
        for (let i = 0; i < u.length; i++) {
          d[i] = u[i] > 0 ? 1 : 0.01;
          h[i] = d[i] * u[i];
        }
      },
      shut: true,
    },
    elu: {
      pass(u, h, d) {
        for (let i = 0; i < u.length; i++) {
          h[i] = u[i] > 0 ? u[i] : Math.expm1(u[i]);
          d[i] = u[i] > 0 ? 1 : h[i] + 1;
        }
      },
      flat: (a) => a < -0.95,
    },
    swish: {
      pass(u, h, d) {
        for (let i = 0; i < u.length; i++) {
          const s = 1 / (1 + Math.exp(-u[i]));
          h[i] = u[i] * s;
          d[i] = s + h[i] * (1 - s);
        }
      },
      flat: (a, z) => z < -5,
    },
    gelu: {
      pass(u, h, d) {
        for (let i = 0; i < u.length; i++) {
          const z = u[i], inside = Math.abs(z) < REACH;
          const place = inside ? (z + REACH) * PER_UNIT : 0, k = Math.floor(place), t = place - k;
          const p = inside ? cubic(share, shareSlope, k, t) : z > 0 ? 1 : 0;
          h[i] = z * p;
          d[i] = inside ? p + z * cubic(density, densitySlope, k, t) : p;
        }
      },
      flat: (a, z) => z < -3,
    },
  };

  // n · Var(w), by name; `own` takes the square of the gain. All layers are square, so Xavier's choice is LeCun's.
  function weightScale({ init, gain, width }) {
    return { small: 1e-4 * width, unit: width, lecun: 1, xavier: 1, he: 2, pytorch: 1 / 3, orthogonal: 1, constant: 0,
      own: gain * gain }[init];
  }

  // Uniform numbers between −1 and 1.
  function symmetricArray(uniform, count) {
    const out = new Float64Array(count);
    for (let i = 0; i < count; i++) out[i] = 2 * uniform() - 1;
    return out;
  }

  // Standard normal numbers by the polar method (Marsaglia and Bray 1964), in pairs and without a sine: there are many.
  function normalArray(uniform, count) {
    const out = new Float64Array(count);
    for (let i = 0; i < count;) {
      const x = 2 * uniform() - 1, y = 2 * uniform() - 1, s = x * x + y * y;
      if (s >= 1 || s === 0) continue;
      const r = Math.sqrt((-2 * Math.log(s)) / s);
      out[i++] = r * x;
      if (i < count) out[i++] = r * y;
    }
    return out;
  }

  // Gram and Schmidt, twice, on the rows of a Gaussian matrix: uniform among the orthogonal ones. Eight rows at a time
  // lose what they share with all rows before them, in two products, and then what they share with each other.
  function orthogonalised(A, n) {
    const Q = A.slice(), TOGETHER = 8, shared = new Float64Array(TOGETHER * n);
    for (let i = 0; i < n; i += TOGETHER) {
      const rows = Q.subarray(i * n, (i + TOGETHER) * n), before = Q.subarray(0, i * n), back = transposed(before, i, n);
      const dots = new Float64Array(TOGETHER * i);
      for (let pass = 0; pass < 2; pass++) {
        if (i > 0) {
          timesTransposed(rows, before, dots, TOGETHER, n, i);
          timesTransposed(dots, back, shared, TOGETHER, i, n);
          for (let k = 0; k < rows.length; k++) rows[k] -= shared[k];
        }
        for (let r = 0; r < TOGETHER; r++) orthogonaliseRow(rows, r, n);
      }
    }
    return Q;
  }
  function orthogonaliseRow(rows, r, n) {
    const row = rows.subarray(r * n, r * n + n);
    for (let j = 0; j < r; j++) {
      const other = rows.subarray(j * n, j * n + n);
      let dot = 0;
      for (let k = 0; k < n; k++) dot += row[k] * other[k];
      for (let k = 0; k < n; k++) row[k] -= dot * other[k];
    }
    const length = norm(row);
    for (let k = 0; k < n; k++) row[k] /= length;
  }

  // Draws are kept: another activation or scale is another look at the same random network. What was not asked for
  // longest stands first in the map, and goes first.
  const kept = new Map();
  function draws(kind, key, make) {
    const name = `${kind} ${key}`, found = kept.get(name) ?? make();
    kept.delete(name);
    kept.set(name, found);
    if (kept.size > 450) kept.delete(kept.keys().next().value);
    return found;
  }
  const layerSeed = (seed, layer) => Math.imul(seed, 1000003) + layer * 7919;

  // The layer's weights are `scale` times `draw`; `back` is the draw transposed, which the backward pass multiplies by.
  function weights({ init, gain, width, seed }, layer) {
    const key = `${width} ${seed} ${layer}`, n2 = width * width;
    const random = () => uniforms(layerSeed(seed, layer));
    const kinds = {
      constant: () => new Float64Array(n2).fill(1),
      orthogonal: () => orthogonalised(normalArray(random(), n2), width),
      pytorch: () => symmetricArray(random(), n2),
    };
    const make = kinds[init] ?? (() => normalArray(random(), n2));
    const pair = () => { const draw = make(); return { draw, back: transposed(draw, width, width) }; };
    const scales = { constant: 1 / width, orthogonal: 1, pytorch: 1 / Math.sqrt(width) };
    const scale = scales[init] ?? Math.sqrt(weightScale({ init, gain, width }) / width);
    return { ...draws(init in kinds ? init : "normal", key, pair), scale };
  }

  // Draws what the reader may well ask for next, a layer at a time: the weights of the next seed, and those of each kind.
  function* ahead(settings) {
    for (const next of [{ seed: settings.seed + 1 }, { init: "he" }, { init: "pytorch" }, { init: "orthogonal" }]) {
      for (let l = 1; l <= settings.depth; l++) yield weights({ ...settings, ...next }, l);
    }
  }

  // Normalisation of z, in place, over columns (batch norm) or rows (layer norm); returns what its backward pass needs.
  function standardise(z, rows, columns, along) {
    const groups = along === "batch" ? columns : rows, size = along === "batch" ? rows : columns;
    const [group, item] = along === "batch" ? [1, columns] : [columns, 1];
    const inverse = new Float64Array(groups);
    for (let g = 0; g < groups; g++) {
      let mean = 0, variance = 0;
      for (let i = 0; i < size; i++) mean += z[g * group + i * item];
      mean /= size;
      for (let i = 0; i < size; i++) variance += (z[g * group + i * item] - mean) ** 2;
      inverse[g] = 1 / Math.sqrt(variance / size + EPS);
      for (let i = 0; i < size; i++) z[g * group + i * item] = (z[g * group + i * item] - mean) * inverse[g];
    }
    return { inverse, groups, size, group, item };
  }
  // ∂C/∂z = (δ − mean δ − u · mean(δ u)) / std, in place.
  function standardiseBackward(delta, u, { inverse, groups, size, group, item }) {
    for (let g = 0; g < groups; g++) {
      let mean = 0, product = 0;
      for (let i = 0; i < size; i++) { const at = g * group + i * item; mean += delta[at]; product += delta[at] * u[at]; }
      mean /= size;
      product /= size;
      for (let i = 0; i < size; i++) {
        const at = g * group + i * item;
        delta[at] = (delta[at] - mean - u[at] * product) * inverse[g];
      }
    }
  }

  // ‖δᵀ a‖_F without the matrix: the sum of (δδᵀ) ∘ (aaᵀ), which are as small as the batch.
  const gramA = new Float64Array(BATCH * BATCH), gramD = new Float64Array(BATCH * BATCH);
  function outerNorm(delta, a, width) {
    timesTransposed(delta, delta, gramD, BATCH, width, BATCH, true);
    timesTransposed(a, a, gramA, BATCH, width, BATCH, true);
    let sum = 0;
    for (let i = 0; i < BATCH; i++) {
      const row = i * BATCH;
      let below = 0;
      for (let j = 0; j < i; j++) below += gramA[row + j] * gramD[row + j];
      sum += 2 * below + gramA[row + i] * gramD[row + i];
    }
    return Math.sqrt(Math.max(sum, 0));
  }

  // The share of flat outputs; a rectifier's unit is dead when the whole batch leaves it shut.
  function flatShare({ flat, shut }, h, u, width) {
    let count = 0;
    if (!shut) {
      for (let i = 0; i < h.length; i++) if (flat(h[i], u[i])) count++;
      return count / h.length;
    }
    for (let j = 0; j < width; j++) {
      let i = j;
      while (i < h.length && h[i] <= 0) i += width;
      if (i >= h.length) count++;
    }
    return count / width;
  }

  const branch = ({ shortcut, depth }) => (shortcut === "scaled" ? 1 / Math.sqrt(depth) : 1);

  function forward(settings, x) {
    const { depth, width, activation, norm, shortcut } = settings, size = BATCH * width, s = branch(settings);
    const { pass } = activations[activation], residual = shortcut !== "none";
    const layers = [];
    let a = x;
    for (let l = 1; l <= depth; l++) {
      const W = weights(settings, l), u = residual ? a.slice() : new Float64Array(size);
      if (!residual) {
        timesTransposed(a, W.draw, u, BATCH, width, width);
        for (let i = 0; i < size; i++) u[i] *= W.scale;
      }
      const cache = norm === "none" ? null : standardise(u, BATCH, width, norm);
      const h = new Float64Array(size), d = new Float64Array(size);
      pass(u, h, d);
      let out = h;
      if (residual) {
        out = new Float64Array(size);
        timesTransposed(h, W.draw, out, BATCH, width, width);
        for (let i = 0; i < size; i++) out[i] = a[i] + s * W.scale * out[i];
      }
      layers.push({ W, u, h, d, cache, into: a, out });
      a = out;
    }
    return layers;
  }

  // From ∂C/∂a_l to ∂C/∂a_{l-1} and ‖∂C/∂W_l‖.
  function backward(settings, { W, u, h, d, cache, into }, g) {
    const { width, shortcut } = settings, size = BATCH * width;
    const delta = new Float64Array(size), back = new Float64Array(size);
    if (shortcut === "none") {
      for (let i = 0; i < size; i++) delta[i] = g[i] * d[i];
      if (cache) standardiseBackward(delta, u, cache);
      timesTransposed(delta, W.back, back, BATCH, width, width);
      for (let i = 0; i < size; i++) back[i] *= W.scale;
      return { g: back, weightGradient: outerNorm(delta, into, width) };
    }
    const s = branch(settings);
    timesTransposed(g, W.back, back, BATCH, width, width);
    for (let i = 0; i < size; i++) delta[i] = s * W.scale * back[i] * d[i];
    if (cache) standardiseBackward(delta, u, cache);
    for (let i = 0; i < size; i++) delta[i] += g[i];
    return { g: delta, weightGradient: s * outerNorm(g, h, width) };
  }

  const norm = (a) => Math.sqrt(meanSquare(a) * a.length);

  /* What one network does, by layer: lists of depth + 1 for what is at a_0 … a_L, of depth for what is at W_1 … W_L.
     `total` is the global norm of the weights' gradients, `factor` what clipping multiplies them by. */
  function measure(settings, { keep = false } = {}) {
    const { depth, width, activation, seed, clip } = settings, size = BATCH * width, key = `${width} ${seed}`;
    const x = draws("input", key, () => normalArray(uniforms(layerSeed(seed, 0)), size));
    const G = draws("direction", key, () => normalArray(uniforms(layerSeed(seed, -1)), size));
    const layers = forward(settings, x), gradients = [G.map((v) => v / BATCH)], weightGradient = [];
    for (const layer of layers.toReversed()) {
      const step = backward(settings, layer, gradients[0]);
      gradients.unshift(step.g);
      weightGradient.unshift(step.weightGradient);
    }
    const total = Math.sqrt(weightGradient.reduce((sum, v) => sum + v * v, 0));
    const found = {
      secondMoment: [x, ...layers.map((layer) => layer.out)].map(meanSquare),
      flat: layers.map(({ h, u }) => flatShare(activations[activation], h, u, width)),
      gradient: gradients.map(norm), weightGradient, total, factor: clip > 0 && total > clip ? clip / total : 1,
    };
    if (settings.histogram) {
      const layer = Math.min(settings.histogram, depth);
      found.histogram = { layer, signal: histogram(layers[layer - 1].out), gradient: histogram(gradients[layer]) };
    }
    if (keep) Object.assign(found, { x, G, gradients, W: layers.map(({ W }) => W.draw.map((v) => W.scale * v)) });
    return found;
  }

  // Shares of the values in 40 equal bins around zero, as far as the largest of them reaches.
  function histogram(values, bins = 40) {
    const reach = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1, shares = new Array(bins).fill(0);
    for (const v of values) shares[Math.min(bins - 1, Math.floor(((v / reach + 1) / 2) * bins))] += 1 / values.length;
    return { centres: shares.map((_, i) => reach * ((2 * i + 1) / bins - 1)), shares };
  }

  // E[φ], E[φ²] and E[φ'²] at √q Z for a standard normal Z, by the trapezoidal rule, which converges very fast here.
  const grid = Float64Array.from({ length: 257 }, (_, k) => (k - 128) / 16), mass = grid.map((z) => normalDensity(z) / 16);
  function moments({ pass }, q) {
    const u = grid.map((z) => Math.sqrt(q) * z), h = new Float64Array(257), d = new Float64Array(257);
    pass(u, h, d);
    const mean = (value) => mass.reduce((sum, p, k) => sum + p * value(k), 0);
    return { first: mean((k) => h[k]), second: mean((k) => h[k] * h[k]), slope: mean((k) => d[k] * d[k]) };
  }

  // What an infinitely wide network would do; null where the theory does not hold (equal weights are not random).
  function theory(settings) {
    const { depth, width, activation, norm, init } = settings;
    const phi = activations[activation], scale = weightScale(settings), residual = settings.shortcut !== "none";
    if (init === "constant") return null;
    const s = branch(settings), moment = [1], factor = [];
    let shared = 0; // of the second moment, what all samples have in common: batch norm takes it out
    for (let l = 1; l <= depth; l++) {
      const before = moment[l - 1] * (residual ? 1 : scale), variance = norm === "none" ? before : 1;
      const { first, second, slope } = moments(phi, variance);
      const own = { none: 1, layer: before + EPS, batch: before - shared * (residual ? 1 : scale) + EPS }[norm];
      factor.push(((residual ? s * s : 1) * scale * slope) / own);
      moment.push(residual ? moment[l - 1] + s * s * scale * second : second);
      shared = residual ? shared + s * s * scale * first * first : first * first;
    }
    const gradient = new Array(depth + 1);
    gradient[depth] = Math.sqrt(width / BATCH);
    for (let l = depth; l >= 1; l--) gradient[l - 1] = gradient[l] * Math.sqrt((residual ? 1 : 0) + factor[l - 1]);
    return { secondMoment: moment, gradient };
  }

  return { BATCH, EPS, activations, weightScale, measure, theory, ahead };
}
