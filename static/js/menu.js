/* The menus of the header.
   a[data-menu]      the “Menu” link; without scripts it leads to the list #nav at the end of the page, here it opens it in place
   details.menu      the person's menu: Escape and a click elsewhere close it
   [data-dialog=ID]  a link or button that opens the <dialog id=ID>; the link's page is the way without scripts
   <html class="js"> tells the style sheet that scripts run */
document.documentElement.classList.add("js");

const link = document.querySelector("[data-menu]");
const list = document.getElementById("nav");

function show(open) {
  list.classList.toggle("open", open);
  link.setAttribute("aria-expanded", String(open));
}

if (link && list) {
  link.setAttribute("role", "button");
  link.setAttribute("aria-controls", "nav");
  document.querySelector("header.top")?.after(list);
  show(false);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    show(!list.classList.contains("open"));
  });
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      link.click();
    }
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (list?.classList.contains("open")) {
    show(false);
    link.focus();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  }
});
