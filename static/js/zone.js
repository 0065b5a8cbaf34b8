/* Time in the reader's zone.
   select[data-guess-zone]       left as the page came, it takes the zone of the browser if that is one of its choices
   [data-countdown=ISO]          text from the server; in the last two hours it is refreshed each minute by the server's clock
   [data-server-now=ISO]         on the same element: what that clock said when the page was made
   [data-clock=ZONE]             what our clock says now, in the reader's zone; refreshed with the countdown */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const select of document.querySelectorAll("select[data-guess-zone]")) {
  const guess = [...select.options].find((option) => option.value === zone);
  const asItCame = [...select.options].find((option) => option.defaultSelected) ?? select.options[0];
  if (guess && asItCame.selected) select.value = guess.value;
}

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

function words(minutes) {
  const hours = Math.floor(minutes / 60);
  const rest = [hours && plural(hours, "hour"), minutes % 60 && plural(minutes % 60, "minute")].filter(Boolean).join(" ");
  return rest ? `${rest} left` : "Less than a minute left";
}

const hour = (zone) => new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", timeZone: zone });

for (const line of document.querySelectorAll("[data-countdown]")) {
  const due = Date.parse(line.dataset.countdown);
  const ahead = Date.parse(line.dataset.serverNow) - Date.now() || 0;
  const clock = document.querySelector("[data-clock]");
  const refresh = () => {
    const now = Date.now() + ahead;
    const left = Math.floor((due - now) / 60000);
    if (left < 0) line.textContent = "The time is over. Load the page again to see what you can do.";
    else if (left < 120) line.textContent = words(left);
    if (clock) clock.textContent = hour(clock.dataset.clock).format(now);
  };
  setInterval(refresh, 60000);
}
