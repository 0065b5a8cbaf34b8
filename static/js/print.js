/* [data-print]: a button that opens the browser's own window for printing, where a page can be saved as a PDF too. */
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
