/* Draws anywidgets on a static page from the state that the page carries: no kernel, no require.js,
   no html-manager. A widget that cannot start leaves its fall-back in place and says why.
   The interface is anywidget's front-end module: get, set, save_changes, on, off, send; initialize, render. */
(() => {
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';

  class Model {
    constructor(id, state, manager) {
      this.model_id = id;
      this.widget_manager = manager;
      this.state = state;
      this.listeners = new Map();
    }
    get(key) { return this.state[key]; }
    set(key, value) {
      if (typeof key === "object") {
        for (const [k, v] of Object.entries(key)) this.set(k, v);
        return;
      }
      if (this.state[key] === value) return;
      this.state[key] = value;
      this.emit(`change:${key}`, this, value);
      this.emit("change", this);
    }
    // Without a kernel nobody waits for the changes: views have them already.
    save_changes() {}
    on(names, listener) {
      for (const name of names.split(/\s+/)) {
        if (!this.listeners.has(name)) this.listeners.set(name, new Set());
        this.listeners.get(name).add(listener);
      }
    }
    off(names, listener) {
      if (names == null) { this.listeners.clear(); return; }
      for (const name of names.split(/\s+/)) {
        if (listener) this.listeners.get(name)?.delete(listener);
        else this.listeners.delete(name);
      }
    }
    emit(name, ...values) {
      for (const listener of [...(this.listeners.get(name) ?? [])]) listener(...values);
    }
    send() { console.info("A message to the kernel was dropped: this page has none."); }
  }

  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

  // Binary traits travel beside the JSON, each with the path of its place in the state.
  function restoreBuffers({ state, buffers = [] }) {
    for (const { path, data } of buffers) {
      const last = path.at(-1);
      path.slice(0, -1).reduce((place, key) => place[key], state)[last] = bytes(data);
    }
  }

  function readModels() {
    const models = new Map();
    const manager = { get_model: async (id) => models.get(id.replace("IPY_MODEL_", "")) };
    for (const script of document.querySelectorAll(STATE)) {
      for (const [id, entry] of Object.entries(JSON.parse(script.textContent).state ?? {})) {
        restoreBuffers(entry);
        const model = new Model(id, entry.state, manager);
        model.module = entry.model_module;
        models.set(id, model);
      }
    }
    return models;
  }

  const modules = new Map(); // one import for all widgets of a class
  function load(source) {
    if (!modules.has(source)) {
      const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      modules.set(source, import(address).then(({ default: widget }) =>
        typeof widget === "function" ? widget() : widget));
    }
    return modules.get(source);
  }

  const styles = new Set();
  function addStyle(css) {
    if (!css || styles.has(css)) return;
    styles.add(css);
    document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  }

  const cleanups = [];
  async function draw(script, models) {
    const model = models.get(JSON.parse(script.textContent).model_id);
    if (model?.module !== "anywidget") throw new Error("its state is not in the page, or it is not an anywidget");
    addStyle(model.get("_css"));
    const widget = await load(model.get("_esm"));
    await new Promise((go) => setTimeout(go)); // a phone answers between the import and the first picture
    // Several views may share a model: it is initialised once.
    model.started ??= Promise.resolve(widget.initialize?.({ model, experimental: {} }))
      .then((stop) => typeof stop === "function" && cleanups.push(stop));
    await model.started;
    const el = document.createElement("div");
    script.before(el);
    try {
      const stop = await widget.render?.({ model, el, experimental: {} });
      if (typeof stop === "function") cleanups.push(stop);
    } catch (error) {
      el.remove();
      throw error;
    }
  }

  function explain(host, error) {
    const note = document.createElement("p");
    note.className = "widget-error";
    note.setAttribute("role", "alert");
    note.textContent = `The interactive figure could not start (${error.message ?? error}). Below is what it shows.`;
    host.prepend(note);
    console.error(error);
  }

  async function start() {
    const models = readModels();
    await Promise.all([...document.querySelectorAll(VIEW)].map(async (script) => {
      const host = script.closest(".live-widget") ?? script.parentElement;
      try {
        await draw(script, models);
        // It keeps its room for the moment that its first picture takes, which is long on a slow machine.
        const started = () => host.classList.add("started");
        setTimeout(() => ("requestIdleCallback" in window ? requestIdleCallback(started, { timeout: 5000 }) : started()), 500);
      } catch (error) {
        host.classList.add("failed");
        explain(host, error);
      }
    }));
    document.documentElement.dataset.widgets = "ready";
  }

  addEventListener("pagehide", (event) => {
    if (!event.persisted) for (const stop of cleanups.splice(0)) stop();
  });
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
