/* [data-copy=WORDS]: a button that puts words on the clipboard and says so in the [data-copied] beside it. */
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.parentElement.querySelector("[data-copied]").textContent = "Copied";
});
