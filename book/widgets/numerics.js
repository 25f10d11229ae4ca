// What the figures compute with; it stands before the script of a figure whose class names it in `scripts`.

// Uniform numbers in [0, 1) that depend on the seed only: mulberry32, which any language can repeat.
function uniforms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Standard normal numbers by Box and Muller's transformation (1958).
function normals(seed) {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function draw(size, std, normal) {
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) values[i] = std * normal();
  return values;
}

const meanSquare = (values) => values.reduce((sum, v) => sum + v * v, 0) / values.length;

// Rows of `inner` numbers times matrix (outer, inner) transposed; `across`, times matrix (inner, outer) as it stands.
// Four sums at a time: one alone waits for each of its additions.
function product(rows, matrix, inner, outer, across = false) {
  const result = new Float64Array((rows.length / inner) * outer), [step, column] = across ? [1, outer] : [inner, 1];
  const fours = outer - (outer % 4);
  for (let from = 0, to = 0; from < rows.length; from += inner, to += outer) {
    for (let i = 0; i < fours; i += 4) {
      let a = 0, b = 0, c = 0, d = 0;
      for (let j = from, at = i * step; j < from + inner; j++, at += column) {
        const r = rows[j];
        a += r * matrix[at];
        b += r * matrix[at + step];
        c += r * matrix[at + 2 * step];
        d += r * matrix[at + 3 * step];
      }
      result[to + i] = a;
      result[to + i + 1] = b;
      result[to + i + 2] = c;
      result[to + i + 3] = d;
    }
    for (let i = fours; i < outer; i++) {
      let sum = 0;
      for (let j = from, at = i * step; j < from + inner; j++, at += column) sum += rows[j] * matrix[at];
      result[to + i] = sum;
    }
  }
  return result;
}

// E[g(√q u)] for a standard normal u, from the nodes and weights of a quadrature.
function gaussianMean({ nodes, weights }, g, q) {
  const scale = Math.sqrt(q);
  return nodes.reduce((sum, u, i) => sum + weights[i] * g(scale * u), 0);
}
