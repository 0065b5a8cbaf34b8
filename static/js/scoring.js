/* Scoring by keyboard, changes on and off, saved comments.
   form[data-scoring]            turns this on; [data-keys=off] leaves the keys out (a setting of the account)
   .q[data-question]             one question (details or section); its radios, its [data-comment] textarea
   input[data-key=3]             the key that chooses this level
   [data-insert="text"]          puts its text at the cursor of the question's comment, never over it
   button[data-toggle-changes]   aria-pressed; shows [data-changes] or [data-no-changes] in every question; its request remembers it
   button[data-hide-changes]     turns them off, and leads back to the question
   .steps a[href=#q4]            opens that question; the one that has the focus is current, and "Save and next" goes on from it
   a[data-enlarge]               shows its picture in dialog#picture; without it, or with Ctrl, it leads there as links do
   input[data-find="selector"]   leaves those of the elements in sight that hold its words; [data-found] counts them
   button[data-move=1]           J presses it where no question follows on the page; K the one of -1, N the one of “unscored”
   button[data-next]             Ctrl+Enter presses it; dialog#keys lists the keys and opens with “?” */
const form = document.querySelector("form[data-scoring]");
const questions = [...document.querySelectorAll("[data-question]")];

const current = () => document.activeElement.closest("[data-question]") ?? document.querySelector(".q.now") ?? questions[0];
const unscored = (question) => !question.querySelector("input[type=radio]:checked");
const nextUnscored = (from) => [...questions.slice(questions.indexOf(from) + 1), ...questions].find((one) => one !== from && unscored(one));

function go(question) {
  if (!question) return false;
  if (question.tagName === "DETAILS") question.open = true;
  const place = question.querySelector("summary, h2");
  if (place.tagName !== "SUMMARY") place.tabIndex = -1;
  place.focus();
  return true;
}

const press = (button) => document.querySelector(button)?.click();
const move = (by) => go(questions[questions.indexOf(current()) + by]) || press(`[data-move="${by}"]`);

function showChanges(shown) {
  for (const button of document.querySelectorAll("[data-toggle-changes]")) {
    button.setAttribute("aria-pressed", String(shown));
    button.value = shown ? "off" : "on";
  }
  document.querySelectorAll("[data-changes]").forEach((prose) => (prose.hidden = !shown));
  document.querySelectorAll("[data-no-changes]").forEach((prose) => (prose.hidden = shown));
}

function isNow(question) {
  if (form?.elements.now) form.elements.now.value = question.dataset.question;
  for (const step of document.querySelectorAll(".steps a")) {
    if (step.hash === `#${question.id}`) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
}

function find(field) {
  const words = field.value.toLowerCase();
  const all = [...document.querySelectorAll(field.dataset.find)];
  all.forEach((one) => (one.hidden = !one.textContent.toLowerCase().includes(words)));
  field.closest("dialog").querySelector("[data-found]").textContent = words ? `${all.filter((one) => !one.hidden).length || "None"} found` : "";
}

function insert(words, field) {
  const at = field.selectionStart || field.value.length; // untouched: at the end
  const gap = /\S$/.test(field.value.slice(0, at)) ? " " : "";
  field.setRangeText(gap + words, at, at, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  const voice = document.querySelector("[data-save-voice]");
  if (voice) voice.textContent = "Inserted";
}

function enlarge(link) {
  const dialog = document.getElementById("picture");
  const picture = link.querySelector("img").cloneNode();
  picture.loading = "eager";
  dialog.querySelector("h2").textContent = picture.alt;
  dialog.querySelector("img")?.remove();
  dialog.append(picture);
  dialog.showModal();
}

function write(field) {
  if (!field) return;
  field.focus();
  if (!field.selectionStart) field.setSelectionRange(field.value.length, field.value.length);
}

const KEYS = {
  c: () => write(current().querySelector("[data-comment]")),
  j: () => move(1),
  k: () => move(-1),
  n: () => go(nextUnscored(current())) || press("[data-move=unscored]"),
  d: () => current().querySelector("[data-toggle-changes]")?.click(),
  "?": () => document.getElementById("keys")?.showModal?.(),
};

document.addEventListener("keydown", (event) => {
  if (!form || form.dataset.keys === "off") return;
  const typing = event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) document.querySelector("[data-next]")?.click();
  else if (event.key === "Escape" && typing && !document.querySelector("dialog[open]")) go(current());
  else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && !document.querySelector("dialog[open]")) {
    const level = current()?.querySelector(`input[data-key="${CSS.escape(event.key)}"]`);
    const deed = level ? () => level.click() : KEYS[event.key.toLowerCase()];
    if (!deed) return;
    event.preventDefault();
    deed();
  }
});

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle-changes]");
  if (toggle) showChanges(toggle.getAttribute("aria-pressed") !== "true");
  const unmark = event.target.closest("[data-hide-changes]");
  if (unmark) {
    showChanges(false);
    go(unmark.closest("[data-question]"));
  }
  const step = event.target.closest(".steps a");
  if (step) {
    event.preventDefault();
    go(document.querySelector(step.hash));
  }
  const picture = event.target.closest("a[data-enlarge]");
  if (picture && document.getElementById("picture") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    enlarge(picture);
  }
  const chip = event.target.closest("[data-insert]");
  const home = chip?.closest("[data-question]") ?? current();
  if (chip && home) {
    chip.closest("dialog")?.close();
    insert(chip.dataset.insert, home.querySelector("[data-comment]"));
  }
});

document.addEventListener("focusin", ({ target }) => {
  const question = target.closest("[data-question]");
  if (question) isNow(question);
});

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-find]")) find(target);
});

if (!document.querySelector("#messages .message")) go(questions.find(({ id }) => `#${id}` === location.hash));
