/* Drawing and controls for the interactive figures; widgets/base.py lists what `course` offers. */
const course = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  let serial = 0;
  const unique = (word) => `cw-${word}-${++serial}-${Math.random().toString(36).slice(2, 7)}`;

  function put(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes)) if (value != null) node.setAttribute(key, value);
    node.append(...children.filter((child) => child != null));
    return node;
  }
  const html = (tag, attributes = {}, ...children) => put(document.createElement(tag), attributes, children);
  const svg = (tag, attributes = {}, ...children) =>
    put(document.createElementNS(SVG, tag), attributes, children);

  const raised = (n) => String(n).replace(/[-\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
  function number(x, digits = 3) {
    if (!Number.isFinite(x)) return Number.isNaN(x) ? "not a number" : x > 0 ? "∞" : "−∞";
    if (x === 0) return "0";
    const [mantissa, exponent] = x.toExponential(digits - 1).split("e").map(Number);
    if (exponent < -3 || exponent > 5) return `${mantissa}×10${raised(exponent)}`.replace(/^-/, "−");
    return String(Number(x.toPrecision(Math.max(digits, exponent + 1)))).replace(/^-/, "−");
  }

  function figure(el, { title, description = "" }) {
    const heading = html("p", { class: "cw-title", id: unique("title") }, title);
    const controls = html("div", { class: "cw-controls" });
    const canvas = html("div", { class: "cw-canvas" });
    const summary = html("p", { class: "cw-summary", role: "status", "aria-live": "polite" });
    const root = html("div", { class: "course-widget", role: "group", "aria-labelledby": heading.id },
      heading, controls, canvas, summary);
    // JupyterLab's command mode would take the arrow keys from the sliders.
    root.addEventListener("keydown", (event) => event.stopPropagation());
    el.append(root);
    const say = (text) => { if (summary.textContent !== text) summary.textContent = text; };
    return { root, title, description, controls, canvas, say };
  }

  // Writes a control's value to the model; `show` brings the control up to date when the model changes.
  function bind(model, trait, show) {
    model.on(`change:${trait}`, show);
    show();
    return (value) => { model.set(trait, value); model.save_changes(); };
  }

  function slider(figure, model, trait, { label, min, max, step = 1, values, format = String }) {
    const id = unique(trait);
    const range = values ? { min: 0, max: values.length - 1, step: 1 } : { min, max, step };
    const input = html("input", { type: "range", id, "data-trait": trait, ...range });
    const output = html("output", { for: id, "aria-live": "off" });
    figure.controls.append(html("div", { class: "cw-control" }, html("label", { for: id }, label), input, output));
    const nearest = (v) => values.reduce((best, w, i) => (Math.abs(w - v) < Math.abs(values[best] - v) ? i : best), 0);
    const write = bind(model, trait, () => {
      const value = model.get(trait);
      input.value = values ? nearest(value) : value;
      output.textContent = format(value);
      input.setAttribute("aria-valuetext", format(value));
    });
    input.addEventListener("input", () => write(values ? values[+input.value] : +input.value));
  }

  function select(figure, model, trait, { label, options }) {
    const id = unique(trait);
    const list = html("select", { id, "data-trait": trait }, ...options.map(([v, text]) => html("option", { value: v }, text)));
    figure.controls.append(html("div", { class: "cw-control" }, html("label", { for: id }, label), list));
    const write = bind(model, trait, () => { list.value = model.get(trait); });
    // The option's own value, so that a number stays a number.
    list.addEventListener("change", () => write(options[list.selectedIndex][0]));
  }

  function toggle(figure, model, trait, { label }) {
    const button = html("button", { type: "button", class: "cw-button", "data-trait": trait }, label);
    figure.controls.append(button);
    const write = bind(model, trait, () => button.setAttribute("aria-pressed", String(model.get(trait))));
    button.addEventListener("click", () => write(!model.get(trait)));
  }

  function buttons(figure, model, presets) {
    const row = html("div", { class: "cw-presets", role: "group", "aria-label": "examples" });
    for (const { label, set } of presets) {
      const button = html("button", { type: "button", class: "cw-button" }, label);
      button.addEventListener("click", () => {
        for (const [trait, value] of Object.entries(set)) model.set(trait, value);
        model.save_changes();
      });
      row.append(button);
    }
    figure.controls.append(row);
  }

  const usable = (axis, v) => Number.isFinite(v) && (axis.scale !== "log" || v > 0);

  function extent(axis, columns) {
    let low = Infinity, high = -Infinity;
    for (const v of columns.flat()) if (usable(axis, v)) { low = Math.min(low, v); high = Math.max(high, v); }
    if (low > high) [low, high] = axis.scale === "log" ? [0.1, 10] : [0, 1];
    if (low === high) [low, high] = axis.scale === "log" ? [low / 10, high * 10] : [low - 0.5, high + 0.5];
    return { ...axis, min: axis.min ?? low, max: axis.max ?? high };
  }

  function logTicks({ min, max }, room) {
    const low = Math.ceil(Math.log10(min) - 1e-9), high = Math.floor(Math.log10(max) + 1e-9);
    const step = Math.max(1, Math.ceil((high - low) / room));
    const ticks = [];
    for (let k = Math.ceil(low / step) * step; k <= high; k += step) ticks.push([10 ** k, `10${raised(k)}`]);
    return ticks;
  }

  function linearTicks({ min, max }, room) {
    const raw = (max - min) / room, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].find((m) => m * power >= raw) * power;
    const ticks = [];
    for (let k = Math.ceil(min / step - 1e-9); k * step <= max + step * 1e-9; k++) {
      ticks.push([k * step, number(Number((k * step).toPrecision(12)), 6)]);
    }
    return ticks;
  }

  // An axis ready to draw: `at` gives the pixel of a number, `ticks` the numbers to write.
  function scaled(axis, from, to, room) {
    const f = axis.scale === "log" ? Math.log10 : (v) => v, low = f(axis.min), high = f(axis.max);
    const ticks = axis.ticks ?? (axis.scale === "log" ? logTicks : linearTicks)(axis, room);
    return { ...axis, ticks, at: (v) => from + ((f(v) - low) / (high - low)) * (to - from) };
  }

  const points = (s, x, y, column) =>
    s.x.map((v, i) => (usable(x, v) && usable(y, s[column][i]) ? [x.at(v), y.at(s[column][i])] : null));
  const fixed = ([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`;

  function path(list) {
    let d = "", pen = "M";
    for (const p of list) { if (p) { d += pen + fixed(p); pen = "L"; } else pen = "M"; }
    return d;
  }

  const shapes = {
    line: (s, x, y) => svg("path", { d: path(points(s, x, y, "y")), fill: "none" }),
    points: (s, x, y) => svg("g", {}, ...points(s, x, y, "y").filter(Boolean)
      .map(([cx, cy]) => svg("circle", { cx, cy, r: s.size ?? 4 }))),
    band: (s, x, y) => {
      const there = points(s, x, y, "high").filter(Boolean), back = points(s, x, y, "low").filter(Boolean).reverse();
      return svg("path", { d: there.length && back.length ? `${path(there)}L${back.map(fixed).join("L")}Z` : "" });
    },
    bars: (s, x, y) => {
      const width = Math.max(1, (0.7 * (x.at(x.max) - x.at(x.min))) / Math.max(1, s.x.length));
      const ground = y.at(y.scale === "log" ? y.min : Math.max(y.min, Math.min(y.max, 0)));
      return svg("g", {}, ...points(s, x, y, "y").filter(Boolean).map(([cx, top]) => svg("rect", {
        x: cx - width / 2, width, y: Math.min(top, ground), height: Math.abs(top - ground),
      })));
    },
    rule: (s, x, y, box) => svg("path", {
      d: s.y != null ? `M${box.left},${y.at(s.y)}H${box.right}` : `M${x.at(s.x)},${box.top}V${box.bottom}`,
    }),
  };
  const DASHES = [null, "7 4", "2 4", "9 3 2 3", "12 5"];

  // Every line gets a colour and a dash of its own: colour alone would not reach every reader.
  // Points, bands and bars take the colour of the line before them.
  function dress(series) {
    let lines = 0;
    return series.map((s) => {
      if (s.kind === "rule") return { color: "muted", dash: "4 4", ...s };
      if (s.kind !== "line") return { color: Math.max(1, lines), ...s };
      const turn = lines++ % 5;
      return { color: turn + 1, dash: DASHES[turn], ...s };
    });
  }

  function legend(series) {
    const named = series.filter((s) => s.label);
    return html("ul", { class: "cw-legend" }, ...named.map((s) => html("li", {},
      svg("svg", { class: `cw-c${s.color} cw-${s.kind}`, width: 26, height: 10, "aria-hidden": "true" },
        s.kind === "points" ? svg("circle", { cx: 13, cy: 5, r: 4 })
          : svg("path", { d: "M1,5H25", "stroke-dasharray": s.dash })), s.label)));
  }

  function axes(x, y, box) {
    const g = svg("g", { class: "cw-axes" });
    for (const [v, text] of x.ticks) {
      const at = x.at(v);
      g.append(svg("path", { class: "cw-grid", d: `M${at},${box.top}V${box.bottom}` }),
        svg("text", { x: at, y: box.bottom + 17, "text-anchor": "middle" }, text));
    }
    for (const [v, text] of y.ticks) {
      const at = y.at(v);
      g.append(svg("path", { class: "cw-grid", d: `M${box.left},${at}H${box.right}` }),
        svg("text", { x: box.left - 7, y: at + 4, "text-anchor": "end" }, text));
    }
    g.append(svg("path", { class: "cw-frame", d: `M${box.left},${box.top}V${box.bottom}H${box.right}` }),
      svg("text", { x: (box.left + box.right) / 2, y: box.bottom + 38, "text-anchor": "middle" }, x.label ?? ""),
      svg("text", { transform: `translate(14 ${(box.top + box.bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, y.label ?? ""));
    return g;
  }

  function plot(figure, layout) {
    const { height = 300 } = layout;
    const holder = html("div", {});
    figure.canvas.append(holder);
    let last = null;

    function paint() {
      const series = dress(last.series), width = Math.max(260, holder.clientWidth || 640);
      const box = { left: 66, right: width - 14, top: 10, bottom: height - 46 };
      const columns = (keys) => series.filter((s) => s.kind !== "rule").flatMap((s) => keys.map((k) => s[k] ?? []));
      const x = scaled(extent({ ...layout.x, ...last.x }, columns(["x"])), box.left, box.right, width / 80);
      const y = scaled(extent({ ...layout.y, ...last.y }, columns(["y", "low", "high"])), box.bottom, box.top, height / 45);
      const clip = unique("clip");
      const inside = { x: box.left, y: box.top - 5, width: width - box.left - 8, height: height - 46 };
      const head = { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": figure.description || figure.title };
      const picture = svg("svg", head, svg("clipPath", { id: clip }, svg("rect", inside)), axes(x, y, box),
        svg("g", { "clip-path": `url(#${clip})` }, ...series.map((s) => put(shapes[s.kind](s, x, y, box),
          { class: `cw-c${s.color} cw-${s.kind}${s.thin ? " cw-thin" : ""}`, "stroke-dasharray": s.dash }, []))));
      picture.series = last.series; // what was drawn, for tests and for the curious
      holder.replaceChildren(picture, legend(series));
    }

    // The picture is drawn anew for each width, so that its text keeps its size on a phone.
    let drawn = 0;
    new ResizeObserver(() => {
      if (last && holder.clientWidth !== drawn) { drawn = holder.clientWidth; paint(); }
    }).observe(holder);
    return { draw(series, { x = {}, y = {} } = {}) { last = { series, x, y }; drawn = holder.clientWidth; paint(); } };
  }

  // The first picture is a task of its own: a phone answers between the controls and what is computed for them.
  async function watch(model, traits, draw) {
    await new Promise((go) => setTimeout(go));
    for (const trait of traits) model.on(`change:${trait}`, draw);
    draw();
    return () => { for (const trait of traits) model.off(`change:${trait}`, draw); };
  }

  return { figure, slider, select, toggle, buttons, plot, watch, number };
})();
