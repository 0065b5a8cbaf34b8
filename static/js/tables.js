/* A list table that turns into blocks on a narrow screen loses its meaning in some browsers: say it again in roles.
   table.list, table.late   on load and in whatever htmx brings */
const ROLES = { thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell", "th[scope=col]": "columnheader", "th[scope=row]": "rowheader" };

function name(root) {
  for (const table of root.querySelectorAll("table.list, table.late")) {
    table.setAttribute("role", "table");
    for (const [part, role] of Object.entries(ROLES)) {
      table.querySelectorAll(part).forEach((element) => element.setAttribute("role", role));
    }
  }
}

name(document);
document.addEventListener("htmx:afterSettle", (event) => name(event.target.parentNode ?? document));
