/* TeX to MathML, with MathJax's own parser, inside the build (course/formulas.py).
   MathJax says what a formula is and which space TeX puts between its parts; browsers know no classes of TeX, so the
   spaces are written out, and what MathML Core lacks is said in its terms: letters of other alphabets, accents. */
(() => {
  const { TeX } = MathJax._.input.tex_ts, { liteAdaptor } = MathJax._.adaptors.liteAdaptor;
  MathJax._.handlers.html_ts.RegisterHTMLHandler(liteAdaptor());
  const formatError = (jax, error) => { throw error; };
  const tex = new TeX({ packages: ["base", "ams"], formatError });
  const page = MathJax._.mathjax.mathjax.document("", { InputJax: tex });
  const { STATE } = MathJax._.core.MathItem;

  const SPACES = { thinmathspace: 0.167, mediummathspace: 0.222, thickmathspace: 0.278 };
  const ALPHABETS = { // first capital, first small letter, first digit; what older blocks of Unicode have already
    bold: [0x1d400, 0x1d41a, 0x1d7ce],
    "bold-italic": [0x1d468, 0x1d482],
    script: [0x1d49c, 0x1d4b6, 0, "BℬEℰFℱHℋIℐLℒMℳRℛeℯgℊoℴ"],
    "double-struck": [0x1d538, 0x1d552, 0x1d7d8, "CℂHℍNℕPℙQℚRℝZℤ"],
    fraktur: [0x1d504, 0x1d51e, 0, "CℭHℌIℑRℜZℨ"],
  };
  const ATTRIBUTES = {
    mo: ["stretchy", "symmetric", "minsize", "maxsize", "movablelimits", "largeop"], mfrac: ["linethickness"],
    mspace: ["width"], mtable: ["columnalign", "columnspacing", "rowspacing", "displaystyle"],
    mpadded: ["width", "height", "depth", "lspace", "voffset"],
  };
  const KNOWN = new Set(["mi", "mn", "mo", "mtext", "mspace", "mrow", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mphantom", "mpadded", "math"]);
  // The marks above a letter: TeX's are keys of a typewriter.
  const ACCENTS = { "^": "ˆ", "~": "˜", "\u00b4": "´", "`": "`", "\u2015": "‾", "\u00af": "¯" };

  const EMPTY = new Set(["mi", "mo"]); // where they have no text: a fence that is not drawn, what stands before &

  const escaped = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

  function element(kind, attributes, content) {
    const list = Object.entries(attributes).filter(([, value]) => value != null);
    return `<${kind}${list.map(([name, value]) => ` ${name}="${escaped(String(value))}"`).join("")}>${content}</${kind}>`;
  }

  function letters(text, variant) {
    const [capital, small, digit, others = ""] = ALPHABETS[variant] ?? [];
    if (!capital) return text;
    return [...text].map((c) => {
      const at = others.indexOf(c), code = c.charCodeAt(0);
      if (at >= 0) return [...others][at + 1];
      if (c >= "A" && c <= "Z") return String.fromCodePoint(capital + code - 65);
      if (c >= "a" && c <= "z") return String.fromCodePoint(small + code - 97);
      if (digit && c >= "0" && c <= "9") return String.fromCodePoint(digit + code - 48);
      throw Error(`The letter ${c} has no form in the alphabet ${variant}.`);
    }).join("");
  }

  const em = (length) => SPACES[length] ?? (length ? parseFloat(length) * ({ pt: 0.1, mu: 1 / 18 }[/[a-z]+$/.exec(length)?.[0]] ?? 1) : 0);
  const length = (number) => `${Number(number.toFixed(3))}em`.replace("0.", ".");

  // What stands side by side: of MathJax's own rows, those that TeX does not see are none.
  function members(node) {
    if (node.isInferred || (node.isKind("mrow") && !node.getProperty("open") && !node.getProperty("close")))
      return node.childNodes.flatMap(members);
    return [node];
  }

  // Space before and after a part. In an operator it stands in its own attributes, else between the parts.
  function row(nodes) {
    const items = nodes.filter((node) => !EMPTY.has(node.kind) || node.getText()).map((node) => {
      const core = node.isEmbellished ? node.coreMO() : null, said = core?.attributes;
      const bare = core && (core === node || !node.isKind("TeXAtom") || node.childNodes[0].childNodes.length === 1);
      let before = em(node.texSpacing()), after = 0;
      if (said?.isSet("lspace")) before = Math.max(0, em(said.get("lspace")));
      if (said?.isSet("rspace")) after = Math.max(0, em(said.get("rspace")));
      return { node, core: bare ? core : null, before, after };
    });
    items.forEach((item, i) => { // the space goes to the operator beside it
      const last = items[i - 1];
      if (item.before && !item.core && last?.core) { last.after += item.before; item.before = 0; }
    });
    return items.map((item, i) => {
      const { node, core, before, after } = item;
      if (core) { core.own ??= [before, after]; return written(node); }
      const space = (width) => width ? `<mspace width="${length(width)}"></mspace>` : "";
      return space(before) + written(node) + space(after);
    });
  }

  // As one element, where MathML counts its children.
  function one(node) {
    const parts = row(members(node));
    return parts.length === 1 && !parts[0].startsWith("<mspace") ? parts[0] : `<mrow>${parts.join("")}</mrow>`;
  }

  // A change of style is an attribute of what it holds, or nothing if it changes nothing.
  function styled(node) {
    const around = node.parent.attributes, own = node.attributes, change = {};
    for (const name of ["displaystyle", "scriptlevel"]) {
      const value = own.getExplicit(name);
      if (value != null && String(value) !== String(around.get(name) ?? (name === "displaystyle" ? false : 0))) change[name] = value;
    }
    for (const name of own.getExplicitNames()) if (!["displaystyle", "scriptlevel"].includes(name)) throw Error(`A style with ${name} is not known here.`);
    const parts = row(members(node.childNodes[0]));
    if (!Object.keys(change).length) return parts.join("");
    if (parts.length === 1 && /^<m(frac|row|underover|under|over|sqrt)\b/.test(parts[0]) && !/^<\w+[^>]* (displaystyle|scriptlevel)=/.test(parts[0]))
      return parts[0].replace(/^<\w+/, (start) => `${start}${Object.entries(change).map(([n, v]) => ` ${n}="${v}"`).join("")}`);
    return element("mstyle", change, parts.join(""));
  }

  function token(node) {
    const { kind, attributes } = node, said = {}, variant = attributes.getExplicit("mathvariant");
    let text = node.getText();
    if (variant === "monospace") said.class = "typewriter";
    else if (variant === "normal") { if (kind === "mi" && [...text].length === 1) said.mathvariant = "normal"; }
    else if (variant && variant !== "italic") {
      const name = variant.replace("-tex-calligraphic", "script").replace("-tex-mathit", "italic");
      text = letters(text, name);
    }
    for (const name of ATTRIBUTES[kind] ?? []) { const value = attributes.getExplicit(name); if (value != null) said[name] = value; }
    if (kind === "mo" && text !== "\u2061" && text !== "\u2062" || node.own?.some(Boolean)) {
      const [before, after] = node.own ?? [0, 0];
      const none = /^[()[\]{}⟨⟩⌊⌋⌈⌉⁡]$/.test(text); // nobody would put space around these
      if (before || !none) said.lspace = before ? length(before) : "0";
      if (after || !none) said.rspace = after ? length(after) : "0";
    }
    if (node.small) said.scriptlevel = 2; // the arrow of \vec
    return element(kind, said, escaped(text));
  }

  function scripts(node) {
    const { kind } = node, limits = kind.startsWith("mu") || kind === "mover", said = {};
    const parts = node.childNodes.filter(Boolean);
    if (limits) {
      const over = kind === "munder" ? null : node.childNodes[node.over], mark = over?.coreMO?.();
      if (over?.isEmbellished && (mark.getProperty("mathaccent") || mark.attributes.get("accent") || mark.getText() in ACCENTS)) {
        said.accent = "true";
        const text = mark.getText();
        if (text in ACCENTS) mark.childNodes[0].setText(ACCENTS[text]);
        if (text === "→" && mark.attributes.getExplicit("stretchy") === false) mark.small = true;
      }
    }
    return element(kind, said, parts.map(one).join(""));
  }

  function written(node) {
    const { kind } = node;
    if (kind === "TeXAtom") return one(node.childNodes[0]);
    if (!KNOWN.has(kind)) throw Error(`${kind} is not known here.`);
    if (kind === "mstyle") return styled(node);
    if (node.isToken || kind === "mspace") return kind === "mspace" ? element(kind, { width: length(em(node.attributes.getExplicit("width") ?? "0em")) }, "") : token(node);
    if (/^m(sub|sup|subsup|under|over|underover)$/.test(kind)) return scripts(node);
    const said = {};
    for (const name of ATTRIBUTES[kind] ?? []) { const value = node.attributes.getExplicit(name); if (value != null) said[name] = value; }
    if (kind === "mtable" || kind === "mtr") return element(kind, said, node.childNodes.map(written).join(""));
    if (kind === "mfrac" || kind === "mroot") return element(kind, said, node.childNodes.map(one).join(""));
    return element(kind, said, row(node.childNodes.flatMap(members)).join(""));
  }

  globalThis.mathml = (source, display) => {
    try {
      const root = page.convert(source, { display, end: STATE.CONVERT });
      root.setTeXclass(null);
      let body = row(members(root.childNodes[0])).join("");
      const said = { display: display ? "block" : null, alttext: source };
      const all = /^<mstyle displaystyle="true">([^]*)<\/mstyle>$/.exec(body);
      if (all && !display && !all[1].includes("<mstyle displaystyle=\"true\">")) { body = all[1]; said.displaystyle = "true"; }
      return element("math", said, body);
    } catch (error) {
      return `error: ${error.message}`;
    }
  };
})();
