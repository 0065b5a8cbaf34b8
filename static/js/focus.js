/* Where the focus goes.
   [data-error-summary]  on load the error summary takes it, else the first message
   [data-focus]          after a swap that a person asked for (click, submit) the heading with this attribute takes it;
                         a swap that came by itself (autosave, waiting for a verdict) leaves the focus alone
   Answers 409, 413 and 422 carry a form to show, so they are swapped in like any other. */
const MEANT = ["click", "submit"];

function take(element) {
  if (!element) return;
  if (!element.hasAttribute("tabindex")) element.setAttribute("tabindex", "-1");
  element.focus();
}

take(document.querySelector("[data-error-summary]") || document.querySelector("#messages .message"));

document.addEventListener("htmx:beforeSwap", (event) => {
  if ([409, 413, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  const cause = event.detail.requestConfig?.triggeringEvent;
  if (!cause || !MEANT.includes(cause.type)) return;
  const part = event.target;
  take(part.querySelector("[data-error-summary]") || (part.matches("[data-focus]") ? part : part.querySelector("[data-focus]")));
});
