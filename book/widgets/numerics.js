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

const draw = (size, std, normal) => Float64Array.from({ length: size }, () => std * normal());
const meanSquare = (values) => values.reduce((sum, v) => sum + v * v, 0) / values.length;

// E[g(√q u)] for a standard normal u, from the nodes and weights of a quadrature.
function gaussianMean({ nodes, weights }, g, q) {
  const scale = Math.sqrt(q);
  return nodes.reduce((sum, u, i) => sum + weights[i] * g(scale * u), 0);
}
