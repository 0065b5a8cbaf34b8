/* form[data-once]: pressed twice, sent once. Its button takes the words of its own `data-busy` meanwhile. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.ariaBusy === "true") return event.preventDefault();
  form.ariaBusy = "true";
  event.submitter.textContent = event.submitter.dataset.busy;
});

addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload(); // the way back shows how things stand now
});
