/* Nothing typed is lost: a copy of every textarea on this device until the server has it.
   form[data-keep]           its textareas are copied as one types, for 14 days, under person, page and field name
   form[data-saved-at=ISO]   when the server last saved this text: an older copy is dropped
   form[data-replays=PATH]   sends what the server kept of a form on that page: its copies go as if it were sent from there
   form[data-sign-out]       signing out clears every copy (shared computers)
   A copy goes when htmx reports that it was saved, or when the very answer to its form is a page that a redirect led to
   and that tells of no problem. What was taken redirects; an error page, a refusal or any later page proves nothing,
   and what another tab has typed since stays. */
const DAYS = 14;
const AT_ONCE = 2000; // ms between sending a form and the start of the page that answers it
const now = () => performance.timeOrigin + performance.now(); // the clock that pages of one tab share
const person = document.body.dataset.person;
const fields = [...document.querySelectorAll("form[data-keep] textarea[name]")];

const key = (field) => `keep:${person}:${location.pathname}:${field.name}`;
const forget = (field) => localStorage.removeItem(key(field));
const words = (moment) =>
  new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" }).format(moment);

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

function keep(field) {
  try {
    localStorage.setItem(key(field), JSON.stringify({ text: field.value, at: Date.now() }));
  } catch {
    field.dataset.notKept = "";
  }
}

function offer(field, copy) {
  const note = document.createElement("div");
  note.className = "banner";
  note.dataset.kept = "";
  note.textContent = `You typed this on ${words(copy.at)} and it was not saved. `;
  note.append(act("Put it back", () => putBack(field, copy.text)), " ", act("Discard", () => forget(field)));
  field.before(note);

  function act(label, deed) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = label;
    button.addEventListener("click", () => {
      deed();
      note.remove();
      field.focus();
    });
    return button;
  }
}

function putBack(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function sends(copies) {
  sessionStorage.setItem("keep:sent", JSON.stringify({ copies, at: now() }));
}

function wasTaken(sent) {
  const [page] = performance.getEntriesByType("navigation");
  const isItsAnswer = Math.abs(performance.timeOrigin - sent.at) < AT_ONCE && page?.redirectCount > 0;
  const isProblem = page?.responseStatus >= 400 || document.querySelector("[data-error-summary], .message.error");
  return person && isItsAnswer && !isProblem; // signed out: what was sent was not taken
}

function tidy() {
  const sent = JSON.parse(sessionStorage.getItem("keep:sent"));
  if (sent && wasTaken(sent)) {
    for (const [name, text] of sent.copies) if (read(name)?.text === text) localStorage.removeItem(name);
  }
  sessionStorage.removeItem("keep:sent");
  for (const name of Object.keys(localStorage).filter((name) => name.startsWith("keep:"))) {
    if (Date.now() - (read(name)?.at ?? 0) > DAYS * 86400000) localStorage.removeItem(name);
  }
}

tidy();
for (const field of fields) {
  const copy = read(key(field));
  const saved = Date.parse(field.form.dataset.savedAt ?? "") || 0;
  if (copy && (copy.text === field.value || copy.at <= saved)) forget(field);
  else if (copy) offer(field, copy);
  field.addEventListener("input", () => keep(field));
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-sign-out]")) {
    Object.keys(localStorage).filter((name) => name.startsWith("keep:")).forEach((name) => localStorage.removeItem(name));
  } else if (event.target.matches("[data-keep]")) {
    sends(fields.filter((field) => field.form === event.target).map((field) => [key(field), field.value]));
  } else if (event.target.matches("[data-replays]")) {
    const page = `keep:${person}:${event.target.dataset.replays}:`;
    const asTyped = (text) => text.replaceAll("\r\n", "\n");
    sends([...new FormData(event.target)].map(([name, text]) => [page + name, asTyped(text)]));
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful, xhr } = event.detail;
  const taken = successful && xhr.status < 400 && !xhr.getResponseHeader("HX-Redirect");
  if (taken) fields.filter((field) => elt.contains(field)).forEach(forget);
});

addEventListener("beforeunload", (event) => {
  if (fields.some((field) => "notKept" in field.dataset && field.value !== field.defaultValue)) event.preventDefault();
});
