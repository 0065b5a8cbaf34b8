/* What became of each save, in one place and in words.
   [data-autosave]      an element whose requests are a save: hx-post, hx-swap="none", hx-sync="this:queue last"
   [data-save-status]   says “Saving…”, “Saved 2:14 PM”, “Not saved yet, trying again”, “Not saved. Your text is kept on this device.”
   [data-save-voice]    an empty <span class="vh" role="status">; it speaks only when saving begins or stops to fail
   A save that the network or the server lost is sent again three times, and once the network is back; the text itself
   is kept by keep.js. A form that is sent while a save of it is under way goes right after that: else the two would
   seem to come from two tabs. Sent once more, it goes at once. */
const status = document.querySelector("[data-save-status]");
const tries = new Map(); // how often in vain, by element that is not saved
const KEPT = "Not saved. Your text is kept on this device.";

function tell(words, trouble = false) {
  if (!status) return;
  const voice = document.querySelector("[data-save-voice]");
  if (voice && trouble !== status.classList.contains("trouble")) voice.textContent = words;
  status.classList.toggle("trouble", trouble);
  status.classList.remove("unsaved");
  status.textContent = words;
}

const again = (elt) => tries.has(elt) && elt.dispatchEvent(new Event("change", { bubbles: true }));

document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (elt.matches("[data-autosave]")) tell("Saving…", status?.classList.contains("trouble"));
});

document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr, successful } }) => {
  if (!elt.matches("[data-autosave]")) return;
  // A 409 is shown in the page like an answer, the way to the sign-in page is an answer too: neither saved anything.
  const saved = successful && xhr.status < 400 && !xhr.getResponseHeader("HX-Redirect");
  const count = saved ? 0 : (tries.get(elt) ?? 0) + 1;
  if (saved) tries.delete(elt);
  else tries.set(elt, count);
  if (saved && tries.size) tell(KEPT, true);
  else if (saved) tell(`Saved ${new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit" }).format(new Date())}`);
  else if (successful || count > 3 || (xhr.status >= 400 && xhr.status < 500)) tell(KEPT, true);
  else {
    tell("Not saved yet, trying again", true);
    setTimeout(() => again(elt), 4000 * count);
  }
});

const going = new Set(); // saves under way
let waiting = null; // the form that was sent meanwhile

document.addEventListener("htmx:beforeRequest", ({ detail: { elt, xhr } }) => elt.matches("[data-autosave]") && going.add(xhr));

document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  if (going.delete(xhr)) setTimeout(goOn); // a save that was queued begins first
});

function goOn() {
  if (going.size || !waiting) return;
  const { form, button } = waiting;
  form.append(button);
  form.requestSubmit(button);
  button.remove();
}

document.addEventListener(
  "submit",
  (event) => {
    const isSecond = waiting?.form === event.target;
    waiting = null;
    if (isSecond || !going.size || !event.target.querySelector("[data-autosave]")) return;
    event.preventDefault();
    event.stopPropagation();
    // What the save answers may replace the button that was pressed: another one like it, out of sight, is pressed again.
    const button = event.submitter?.cloneNode() ?? document.createElement("button");
    button.hidden = true;
    waiting = { form: event.target, button };
  },
  true, // before keep.js notes what is sent
);

let before = "";
addEventListener("offline", () => {
  before = status?.textContent ?? "";
  tell("You are offline. Your text is kept on this device.", true);
});
addEventListener("online", () => {
  if (tries.size) [...tries.keys()].forEach(again);
  else tell(before);
});
