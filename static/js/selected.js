// Says how many rows of a list are chosen. `<form data-selection>` holds the boxes; `data-selected="Write to {n} people"`
// is filled in wherever it stands; for a single row `data-selected-one`, where that reads differently. Without this
// script, and with nothing chosen, the words are as the server wrote them.
for (const form of document.querySelectorAll("form[data-selection]")) {
  const words = [...form.querySelectorAll("[data-selected]")].map((place) => ({ place, asItCame: place.textContent }));
  const say = () => {
    const n = form.querySelectorAll('input[type="checkbox"]:checked').length;
    for (const { place, asItCame } of words) {
      const { selected, selectedOne } = place.dataset;
      const counted = ((n === 1 && selectedOne) || selected).replace("{n}", n);
      place.textContent = (n === 0 && asItCame) || counted;
    }
  };
  form.addEventListener("change", say);
  say();
}
