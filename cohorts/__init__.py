"""Who learns together, in which role, until when: cohorts, dates, people, attendance, reminders."""
