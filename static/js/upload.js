/* Choosing a file: drop zone, what was chosen, a hint before it is sent, how much has arrived.
   [data-drop]                 box around the input[type=file]; a file dropped on it is chosen
   input[data-limit=BYTES]     what the server takes at most
   [data-chosen]               empty element in the same form that receives name, size and hint
   progress[data-progress]     in the form, `hidden`; shown with the real percentage while htmx sends the form
   [data-progress-words]       beside it: “Uploading, 40%”, then “Checking your document”
   The hint advises and never stops anyone: the server checks. */
const KINDS = { pdf: "a PDF", doc: "an older Word file", pages: "a Pages file", gdoc: "a link to Google Docs", docm: "a Word file with macros", odt: "an OpenDocument file" };

function size(bytes) {
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

async function hint(file, limit) {
  const ending = file.name.toLowerCase().split(".").pop();
  if (file.size === 0) return ["warn", "This file is empty."];
  if (limit && file.size > limit) return ["warn", `This file is larger than ${Math.round(limit / 1048576)} MB.`];
  if (file.name.startsWith("~$")) return ["warn", "This is the small lock file that Word makes while a document is open. Choose the document itself."];
  if (KINDS[ending]) return ["warn", `This looks like ${KINDS[ending]}. Reviewers need the Word file (.docx).`];
  const [p, k] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (p !== 0x50 || k !== 0x4b) return ["warn", "This does not look like a Word file (.docx). You can add it; we will check it."];
  return ["", "Looks like a Word file. We check the rest when you add it."];
}

async function tell(input) {
  const place = input.form?.querySelector("[data-chosen]");
  const file = input.files[0];
  if (!place || !file) return;
  const [tone, words] = await hint(file, Number(input.dataset.limit));
  const line = document.createElement("p");
  line.className = tone;
  line.textContent = words;
  place.className = "chosen";
  place.replaceChildren(Object.assign(document.createElement("p"), { textContent: `${file.name}, ${size(file.size)}` }), line);
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
