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

function meanSquare(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum / values.length;
}

// C = A Bᵀ for A (m × k) and B (p × k), p at least 4; with `lower`, only what is not above the diagonal is sure to be right.
// Two rows by four columns: eight sums at once stay in registers, and none waits for its last addition.
// The last block lies back over the one before where m is odd or p no multiple of four.
function timesTransposed(A, B, C, m, k, p, lower = false) {
  for (let i = 0; i < m; i += 2) {
    const a = i * k, b = i + 1 < m ? a + k : a, end = lower ? Math.min(i + 2, p) : p;
    for (let block = 0; block < end; block += 4) {
      const j = Math.min(block, p - 4), c = j * k, d = c + k, e = d + k, f = e + k;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let q = 0; q < k; q++) {
        const x = A[a + q], y = A[b + q], u = B[c + q], v = B[d + q], w = B[e + q], z = B[f + q];
        s0 += x * u; s1 += x * v; s2 += x * w; s3 += x * z;
        t0 += y * u; t1 += y * v; t2 += y * w; t3 += y * z;
      }
      let o = i * p + j;
      C[o] = s0; C[o + 1] = s1; C[o + 2] = s2; C[o + 3] = s3;
      if (b > a) o += p;
      C[o] = t0; C[o + 1] = t1; C[o + 2] = t2; C[o + 3] = t3;
    }
  }
}

// products.wat, compiled, as base64: the same for even m and k and for p in fours, in 2/5 of the time.
const PRODUCTS =
  "AGFzbQEAAAABEQJgB39/f39/f38AYAJ7ewF7AwMCAAEFAwEACAccAgZtZW1vcnkCAA90aW1lc1RyYW5zcG9zZWQAAAr3BALCBAINfwt7IARBA3QhByAFQQN0IQgDQCAFIQsgBiAJQQJqIAVIcQRAIAlBAmohCwsgASENIAIgCSAIbGohDkEAIQoDQCAAIQwgDCAHaiETIBMhDyANIAdqIRAgECAHaiERIBEgB2ohEv0MAAAAAAAAAAAAAAAAAAAAACEX/QwAAAAAAAAAAAAAAAAAAAAAIRj9DAAAAAAAAAAAAAAAAAAAAAAhGf0MAAAAAAAAAAAAAAAAAAAAACEa/QwAAAAAAAAAAAAAAAAAAAAAIRv9DAAAAAAAAAAAAAAAAAAAAAAhHP0MAAAAAAAAAAAAAAAAAAAAACEd/QwAAAAAAAAAAAAAAAAAAAAAIR4DQCAM/QAEACEUIBP9AAQAIRUgDf0ABAAhFiAXIBQgFv3yAf3wASEXIBsgFSAW/fIB/fABIRsgEP0ABAAhFiAYIBQgFv3yAf3wASEYIBwgFSAW/fIB/fABIRwgEf0ABAAhFiAZIBQgFv3yAf3wASEZIB0gFSAW/fIB/fABIR0gEv0ABAAhFiAaIBQgFv3yAf3wASEaIB4gFSAW/fIB/fABIR4gE0EQaiETIA1BEGohDSAQQRBqIRAgEUEQaiERIBJBEGohEiAMQRBqIgwgD0kNAAsgDiAXIBgQAf0LBAAgDiAZIBoQAf0LBBAgGyAcEAEhFCAOIAhqIBT9CwQAIA4gCGogHSAeEAH9CwQQIBIhDSAOQSBqIQ4gCkEEaiIKIAtIDQALIAAgB0EBdGohACAJQQJqIgkgA0gNAAsLMQAgACAB/Q0AAQIDBAUGBxAREhMUFRYXIAAgAf0NCAkKCwwNDg8YGRobHB0eH/3wAQsArQEEbmFtZQEHAQEEYm90aAKBAQIAHwABQQEBQgIBQwMBbQQBawUBcAYFbG93ZXIHBmFjcm9zcwgEZG93bgkBaQoBagsDZW5kDAFhDQFjDgFvDwRzdG9wEAFkEQFlEgFmEwFiFAF4FQF5FgF1FwJzMBgCczEZAnMyGgJzMxsCdDAcAnQxHQJ0Mh4CdDMBAgABcwEBdAMZAQADAARyb3dzAgdjb2x1bW5zAwVwYWlycw==";

// `timesTransposed` in WebAssembly, or by `plain` where a browser has none and for what the code does not take.
function inPairs(code, plain) {
  let found;
  try {
    const bytes = Uint8Array.from(atob(code), (sign) => sign.charCodeAt(0));
    found = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  } catch { return plain; }
  const numbers = new Float64Array(found.memory.buffer);
  return (A, B, C, m, k, p, lower = false) => {
    const place = A.length + B.length, size = m * p;
    if (m % 2 || k % 2 || p % 4 || place + size > numbers.length) return plain(A, B, C, m, k, p, lower);
    numbers.set(A);
    numbers.set(B, A.length);
    found.timesTransposed(0, 8 * A.length, 8 * place, m, k, p, lower);
    C.set(numbers.subarray(place, place + size));
  };
}

function transposed(matrix, rows, columns) {
  const result = new Float64Array(matrix.length); // is written in order: reading out of it costs less
  for (let j = 0; j < columns; j++) for (let i = 0; i < rows; i++) result[j * rows + i] = matrix[i * columns + j];
  return result;
}

// Rows of `inner` numbers times matrix (outer, inner) transposed; `across`, times matrix (inner, outer) as it stands.
function product(rows, matrix, inner, outer, across = false) {
  const n = rows.length / inner, result = new Float64Array(n * outer);
  product.times ??= inPairs(PRODUCTS, timesTransposed); // compiled when a figure first multiplies
  product.times(rows, across ? transposed(matrix, inner, outer) : matrix, result, n, inner, outer);
  return result;
}

// E[g(√q u)] for a standard normal u, from the nodes and weights of a quadrature.
function gaussianMean({ nodes, weights }, g, q) {
  const scale = Math.sqrt(q);
  return nodes.reduce((sum, u, i) => sum + weights[i] * g(scale * u), 0);
}
