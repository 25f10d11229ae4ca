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
// Two rows by four columns: eight sums at once stay in registers, and none waits for its last addition.
// The last block lies back over the one before where rows are odd or columns no multiple of four; `outer` is at least 4.
function product(rows, matrix, inner, outer, across = false) {
  const n = rows.length / inner, result = new Float64Array(n * outer), columns = across ? turned(matrix, inner, outer) : matrix;
  for (let i = 0; i < n; i += 2) {
    const a = i * inner, b = i + 1 < n ? a + inner : a;
    for (let block = 0; block < outer; block += 4) {
      const j = Math.min(block, outer - 4), c = j * inner, d = c + inner, e = d + inner, f = e + inner;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let k = 0; k < inner; k++) {
        const x = rows[a + k], y = rows[b + k], u = columns[c + k], v = columns[d + k], w = columns[e + k], z = columns[f + k];
        s0 += x * u; s1 += x * v; s2 += x * w; s3 += x * z;
        t0 += y * u; t1 += y * v; t2 += y * w; t3 += y * z;
      }
      const p = i * outer + j, q = (b / inner) * outer + j;
      result[p] = s0; result[p + 1] = s1; result[p + 2] = s2; result[p + 3] = s3;
      result[q] = t0; result[q + 1] = t1; result[q + 2] = t2; result[q + 3] = t3;
    }
  }
  return result;
}
function turned(matrix, rows, columns) {
  const result = new Float64Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j];
  return result;
}

// E[g(√q u)] for a standard normal u, from the nodes and weights of a quadrature.
function gaussianMean({ nodes, weights }, g, q) {
  const scale = Math.sqrt(q);
  return nodes.reduce((sum, u, i) => sum + weights[i] * g(scale * u), 0);
}
