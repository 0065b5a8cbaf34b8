/* What else a verdict changes on the page: the next step, the counts, the versions, what a revised file has changed.
   [data-after-verdict]   an element with hx-trigger="verdict": asked when a document's card comes without waiting for more */
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches(".slot") && !elt.matches("[hx-get]")) htmx.trigger("[data-after-verdict]", "verdict");
});
