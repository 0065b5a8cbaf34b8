/* What Thunderbird's parser reads in calendars: a JSON list of them on stdin, their entries on stdout. */
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendars = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(calendars.map(entries)));

function entries(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      starts: moment(event.startDate),
      ends: moment(event.endDate),
      summary: event.summary,
      status: component.getFirstPropertyValue("status"),
      sequence: event.sequence,
    };
  });
}

function moment(time) {
  return time.isDate ? time.toString() : new Date(time.toUnixTime() * 1000).toISOString().replace(".000", "");
}
