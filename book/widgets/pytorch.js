// What a threshold does to the steps of a training whose gradient norms were measured.

// The value below which this percentage of the numbers lies, with a straight line between neighbours.
function percentileOf(numbers, percentage) {
  const sorted = [...numbers].sort((a, b) => a - b), place = (percentage / 100) * (sorted.length - 1);
  const low = Math.floor(place), high = Math.ceil(place);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

function render({ model, el }) {
  const figure = course.figure(el, { title: "Which steps does a threshold cut?", description: model.get("description") });
  course.select(figure, model, "network", { label: "784–512–10",
    options: [["batch_norm", "with batch norm"], ["plain", "without"]] });
  course.slider(figure, model, "percentile", { label: "% of steps left alone", min: 0, max: 100 });
  course.buttons(figure, model, [
    { label: "the 90th percentile", set: { percentile: 90 } },
    { label: "cut every step", set: { percentile: 0 } },
  ]);
  const plot = course.plot(figure, { x: { label: "step", min: 1 }, y: { label: "gradient norm", min: 0 } });
  return course.watch(model, ["network", "percentile", "norms"], () => {
    const norms = model.get("norms")[model.get("network")], threshold = percentileOf(norms, model.get("percentile"));
    const x = norms.map((_, step) => step + 1), clipped = norms.map((norm) => Math.min(norm, threshold));
    plot.draw([
      { kind: "points", label: "measured", x, y: norms, color: 2 },
      { kind: "points", label: "after clipping", x, y: clipped, color: 1 },
      { kind: "rule", label: "threshold", y: threshold },
    ], { x: { max: norms.length }, y: { max: Math.ceil(Math.max(...norms)) } });
    const cut = norms.filter((norm) => norm > threshold).length;
    const ones = norms.filter((norm) => norm > 1).length;
    figure.say(`A threshold of ${course.number(threshold)} cuts ${cut} of ${norms.length} steps.`
      + ` The usual max_norm = 1.0 would cut ${ones}.`);
  });
}
export default { render };
