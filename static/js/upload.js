/* Choosing a file: drop zone, what was chosen, a hint before it is sent, how much has arrived, and what if it does not.
   [data-drop]                 box around the input[type=file]; a file dropped on it is chosen
   input[data-hint=ADDRESS]    what is asked for the hint
   [data-chosen]               empty element in the same form that receives name, size and hint
   progress[data-progress]     in the form, `hidden`; shown with the real percentage while htmx sends the form
   [data-progress-words]       beside it: “Uploading, 40%”, then “Checking your document”
   [data-broken]               empty element with role="alert" in the same form: why the file was not added
   A file that did not arrive stays chosen: the button then says “Try again”, and asks for a new token before it sends.
   After a sign-in in another tab it is sent at once when the person comes back.
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
  if (share < 100) form.dataset.share = share; // at the end a lost connection reports all of it
  if (words) words.textContent = share < 100 ? `Uploading, ${share}%` : "Checking your document";
});

const SAFE = "Your other documents are safe.";
const sending = (event) => event.target.closest?.("form:has([data-broken])");

/* The form as it was before it was sent, with the file still chosen, and a sentence that says why. */
function broken(form, ...words) {
  const bar = form.querySelector("[data-progress]");
  bar.hidden = true;
  bar.removeAttribute("value");
  form.querySelector("[data-progress-words]").textContent = "";
  form.querySelector("[data-broken]").replaceChildren(...words);
  form.querySelector("button").textContent = "Try again";
  form.elements.again.value = "yes"; // the server may have it already, and does not keep it twice
  form.dataset.again = "";
  delete form.dataset.share;
}

function signInElsewhere(address) {
  return Object.assign(document.createElement("a"), { href: address, target: "_blank", textContent: "Sign in in a new tab" });
}

/* The token of a page that is sent now: signing in has made the one of this page worthless. */
async function renew(form) {
  try {
    const answer = await fetch(form.action, { redirect: "error" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const { value } = page.querySelector("[name=csrfmiddlewaretoken]");
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = value;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": value }));
    return true;
  } catch {
    return false; // no network, or still signed out: sending it tells
  }
}

document.addEventListener("htmx:confirm", async (event) => {
  const form = sending(event);
  if (!form || !("again" in form.dataset)) return;
  event.preventDefault();
  await renew(form);
  form.querySelector("[data-broken]").replaceChildren();
  event.detail.issueRequest(true);
});

for (const kind of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, (event) => {
    const form = sending(event);
    if (!form) return;
    const at = form.dataset.share ? ` at ${form.dataset.share}%` : "";
    broken(form, `The file did not arrive. Your connection may have dropped${at}. ${SAFE}`);
  });
}

document.addEventListener("htmx:responseError", (event) => {
  const form = sending(event);
  if (form) broken(form, `The file was not added: this page was open for long, or something went wrong on our side. ${SAFE}`);
});

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = sending(event);
  const signIn = form && event.detail.xhr.getResponseHeader("HX-Redirect");
  if (!signIn) return;
  event.preventDefault(); // htmx would leave the page, and the file with it
  broken(form, "You were signed out meanwhile, so the file was not added. It is still chosen here. ", signInElsewhere(signIn), ", then come back to this page.");
  form.dataset.again = "signed-out";
});

document.addEventListener("visibilitychange", async () => {
  const form = document.querySelector("form[data-again='signed-out']");
  if (form && !document.hidden && (await renew(form))) form.requestSubmit();
});
