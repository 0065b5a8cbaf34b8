/* What became of each save, in one place and in words.
   [data-autosave]      an element whose requests are a save: hx-post, hx-swap="none", hx-sync="this:queue last"
   [data-save-status]   says “Saving…”, “Saved 2:14 PM”, “Not saved yet, trying again”, “Not saved. Your text is kept on this device.”
   [data-save-voice]    an empty <span class="vh" role="status">; it speaks only when saving begins or stops to fail
   A save that the network or the server lost is sent again three times; the text itself is kept by keep.js. */
const status = document.querySelector("[data-save-status]");
const tries = new WeakMap();

function tell(words, trouble = false) {
  if (!status) return;
  const voice = document.querySelector("[data-save-voice]");
  if (voice && trouble !== status.classList.contains("trouble")) voice.textContent = words;
  status.classList.toggle("trouble", trouble);
  status.textContent = words;
}

document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (elt.matches("[data-autosave]")) tell("Saving…", status?.classList.contains("trouble"));
});

document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr, successful } }) => {
  if (!elt.matches("[data-autosave]")) return;
  // A 409 is shown in the page like an answer, the way to the sign-in page is an answer too: neither saved anything.
  const saved = successful && xhr.status < 400 && !xhr.getResponseHeader("HX-Redirect");
  const count = saved ? 0 : (tries.get(elt) ?? 0) + 1;
  tries.set(elt, count);
  if (saved) tell(`Saved ${new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit" }).format(new Date())}`);
  else if (successful || count > 3 || (xhr.status >= 400 && xhr.status < 500)) tell("Not saved. Your text is kept on this device.", true);
  else {
    tell("Not saved yet, trying again", true);
    setTimeout(() => elt.dispatchEvent(new Event("change", { bubbles: true })), 4000 * count);
  }
});
