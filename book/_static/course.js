/* Quizzes and predictions, which are ordinary <details> elements without this script; paper; jumps to a place far down. */
(() => {
  const { store, notKept, element, status } = window.course;

  function quiz(section) {
    const choices = [...section.querySelectorAll("details.choice")];
    const right = choices.findIndex((choice) => choice.dataset.right === "true");
    const state = status("quiz-state");
    const again = element("button", { type: "button", className: "course-button", textContent: "Try again", hidden: true });
    section.append(state, again);
    let opened = [];

    function show() {
      again.hidden = opened.length === 0;
      const tries = opened.indexOf(right) + 1;
      if (opened.length === 0) state.textContent = "";
      else if (tries === 1) state.textContent = `Right at the first try.${notKept()}`;
      else if (tries > 1) state.textContent = `Right at try ${tries}.${notKept()}`;
      else state.textContent = `Not yet: read why, then choose again.${notKept()}`;
    }
    const saved = store.get(section.id);
    if (Array.isArray(saved)) opened = saved.filter((i) => Number.isInteger(i) && choices[i]);
    for (const i of opened) choices[i].open = true;
    show();

    choices.forEach((choice, i) => choice.addEventListener("toggle", () => {
      if (!choice.open || opened.includes(i)) return;
      opened = [...opened, i];
      store.set(section.id, opened);
      show();
    }));
    again.addEventListener("click", () => {
      opened = [];
      store.remove(section.id);
      for (const choice of choices) choice.open = false;
      show();
      choices[0].querySelector("summary").focus();
    });
  }

  // How far off a number is, in words.
  function compare(guess, { answer, shown, tolerance, unit }) {
    const right = Number(answer), off = Math.abs(guess - right), name = unit ? ` ${unit}` : "";
    const yours = `You said ${guess}${name}; it is ${shown}${name}.`;
    if (off <= Number(tolerance)) return `${yours} Well predicted.`;
    const factor = guess / right;
    if (factor > 0 && (factor >= 2 || factor <= 0.5)) {
      const times = factor > 1 ? factor : 1 / factor;
      return `${yours} Too ${factor > 1 ? "high" : "low"} by a factor of ${Number(times.toPrecision(2))}.`;
    }
    return `${yours} Too ${guess > right ? "high" : "low"} by ${Number(off.toPrecision(3))}${name}.`;
  }

  function predict(section) {
    const data = section.dataset, numeric = data.answer != null;
    const details = section.querySelector("details");
    const field = element(numeric ? "input" : "textarea", { id: `${section.id}-guess`, required: true });
    if (numeric) { field.inputMode = "decimal"; field.autocomplete = "off"; }
    const label = element("label", { htmlFor: field.id, textContent: "Your guess" });
    const keep = element("button", { type: "submit", className: "course-button", textContent: "That is my guess" });
    const form = element("form", { noValidate: true }, label, field, data.unit ? element("span", {}, data.unit) : "", keep);
    const state = status("predict-state");
    details.before(form, state);

    function show(guess) {
      field.value = guess;
      details.open = true;
      const text = numeric ? compare(Number(guess), data) : "Compare what you wrote with what happens.";
      state.textContent = text + notKept();
    }
    const saved = store.get(section.id);
    if (typeof saved === "string" && saved !== "") show(saved);

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const guess = field.value.trim().replace(numeric ? "," : "", numeric ? "." : "");
      if (guess === "" || (numeric && !Number.isFinite(Number(guess)))) {
        state.textContent = numeric ? "A number, for instance 12 or 0.5." : "Write a few words first.";
        field.focus();
        return;
      }
      store.set(section.id, guess);
      show(guess);
    });
  }

  // Paper is white, whatever the screen is.
  const look = document.documentElement.dataset;
  let onScreen = look.theme;
  addEventListener("beforeprint", () => { onScreen = look.theme; look.theme = "light"; });
  addEventListener("afterprint", () => { look.theme = onScreen; });

  // What is far below the screen has no layout yet (course.css); where a place stands is known when all of it has.
  const page = document.documentElement;
  addEventListener("load", () => setTimeout(() => page.style.removeProperty("scroll-behavior"), 1000));
  const whole = () => page.classList.remove("in-parts");
  addEventListener("click", ({ target }) => {
    const link = target.closest?.('a[href*="#"]');
    if (!link) return;
    whole();
    // A figure that starts while the page glides over it moves the place; a reader who went elsewhere stays there.
    addEventListener("scrollend", () => {
      const place = document.getElementById(decodeURIComponent(link.getAttribute("href").split("#")[1]));
      const gap = place ? place.getBoundingClientRect().top - parseFloat(getComputedStyle(page).scrollPaddingTop) : 0;
      if (Math.abs(gap) > 2 && Math.abs(gap) < 200) place.scrollIntoView();
    }, { once: true, signal: AbortSignal.timeout(4000) });
  }, { capture: true });
  addEventListener("hashchange", () => { // of an address that was typed: the browser has jumped already
    if (!page.classList.contains("in-parts")) return;
    whole();
    document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  });

  for (const section of document.querySelectorAll("section.quiz")) quiz(section);
  for (const section of document.querySelectorAll("section.predict")) predict(section);
})();
