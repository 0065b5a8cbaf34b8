// Says how many rows of a list are chosen. `<form data-selection>` holds the boxes; `data-selected="Write to {n} people"`
// is filled in wherever it stands. Without this script the words stay as the server wrote them.
for (const form of document.querySelectorAll("form[data-selection]")) {
  const words = [...form.querySelectorAll("[data-selected]")];
  const say = () => {
    const n = form.querySelectorAll('input[type="checkbox"]:checked').length;
    for (const place of words) {
      const text = place.dataset.selected.replace("{n}", n);
      place.textContent = n === 1 ? text.replace("people", "person") : text;
    }
  };
  form.addEventListener("change", say);
  say();
}
