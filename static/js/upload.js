/* Choosing a file: drop zone, what was chosen, a hint before it is sent, how much has arrived.
   [data-drop]                 box around the input[type=file]; a file dropped on it is chosen
   input[data-hint=ADDRESS]    what is asked for the hint
   [data-chosen]               empty element in the same form that receives name, size and hint
   progress[data-progress]     in the form, `hidden`; shown with the real percentage while htmx sends the form
   [data-progress-words]       beside it: “Uploading, 40%”, then “Checking your document”
   The hint advises and never stops anyone: the server checks. */
const HEAD_BYTES = 16;
const LATER = { words: "We check it when you add it.", tone: "" };

function size(bytes) {
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function line(words, tone = "") {
  return Object.assign(document.createElement("p"), { className: tone, textContent: words });
}

/* What the check would say of its name, size and beginning. The file itself stays where it is. */
async function hint(input, file) {
  try {
    const head = [...new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())];
    const about = { name: file.name, size: file.size, head: head.map((byte) => byte.toString(16).padStart(2, "0")).join("") };
    const token = input.form.elements.csrfmiddlewaretoken.value;
    const answer = await fetch(input.dataset.hint, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams(about), redirect: "error" });
    return answer.ok ? await answer.json() : LATER;
  } catch {
    return LATER; // no network, or signed out: the upload will tell
  }
}

async function tell(input) {
  const place = input.form?.querySelector("[data-chosen]");
  const file = input.files[0];
  if (!place || !file) return;
  place.className = "chosen";
  place.replaceChildren(line(`${file.name}, ${size(file.size)}`));
  const { words, tone } = await hint(input, file);
  if (input.files[0] === file) place.append(line(words, tone));
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) tell(event.target);
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const box = event.target.closest?.("[data-drop]");
    if (!box) return;
    event.preventDefault();
    box.classList.toggle("over-it", kind === "dragover");
    const input = box.querySelector("input[type=file]");
    if (kind === "drop" && event.dataTransfer.files.length && input) {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target.closest("form");
  const bar = form?.querySelector("[data-progress]");
  const words = form?.querySelector("[data-progress-words]");
  if (!bar || !event.detail.lengthComputable) return;
  const share = Math.round((100 * event.detail.loaded) / event.detail.total);
  bar.hidden = false;
  bar.max = 100;
  bar.value = share;
  if (words) words.textContent = share < 100 ? `Uploading, ${share}%` : "Checking your document";
});

for (const kind of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, (event) => {
    const words = event.target.closest?.("form")?.querySelector("[data-progress-words]");
    const share = event.target.closest?.("form")?.querySelector("[data-progress]")?.value ?? 0;
    if (words) words.textContent = `The file did not arrive. Your connection may have dropped at ${share}%. Your other documents are safe. Try again.`;
  });
}
