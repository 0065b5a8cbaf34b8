"""Addresses of this floor."""

from django.urls import path

from cohorts.views import (
    account,
    applicants,
    attendance,
    cohorts,
    feeds,
    homes,
    invitations,
    reminders,
    roster,
    schedule,
    setup,
    staff,
)

app_name = "cohorts"

everybody = [
    path("", homes.home, name="home"),
    path("switch/<slug:role>/", homes.switch, name="switch"),
    path("program/", homes.program, name="program"),
    path("invite/<slug:token>/", invitations.invitation, name="invitation"),
    path("feeds/<slug:secret>.ics", feeds.feed, name="feed"),
    path("account/", account.account, name="account"),
    path("account/file-name/", account.file_name, name="file_name"),
    path("account/calendar/new-address/", account.new_feed, name="new_own_feed"),
    path("account/own/<slug:section>/", account.save, name="save_account"),
    path("demo/mail/", reminders.mailroom, name="mailroom"),
]

applicant = [
    path("my/<slug:cohort>/activities/<slug:key>/", applicants.activity, name="activity"),
    path("my/<slug:cohort>/calendar/", applicants.calendar, name="my_calendar"),
    path("my/<slug:cohort>/calendar/new-address/", applicants.new_feed, name="new_feed"),
    path("my/<slug:cohort>/calendar/<int:number>/meeting.ics", applicants.meeting_file, name="meeting_file"),
    path("my/<slug:cohort>/calendar/<int:number>/absence/", applicants.cannot_come, name="cannot_come"),
    path("my/<slug:cohort>/calendar/<int:number>/presence/", applicants.can_come, name="can_come"),
]

admin = [
    path("cohorts/", cohorts.cohorts, name="cohorts"),
    path("cohorts/new/", cohorts.new, name="new"),
    path("cohorts/new/badge/", cohorts.new_badge, name="new_badge"),
    path("cohorts/<slug:cohort>/opening/", cohorts.open_, name="opening"),
    path("cohorts/<slug:cohort>/next-term/", cohorts.next_term, name="next_term"),
    path("cohorts/<slug:cohort>/rules/", staff.rules, name="rules"),
    path("cohorts/<slug:cohort>/staff/", staff.staff, name="staff"),
    path("cohorts/<slug:cohort>/staff/<int:pk>/leaving/", staff.leave, name="leave_staff"),
    path("cohorts/<slug:cohort>/people/inviting/", cohorts.inviting, name="inviting"),
    path("cohorts/<slug:cohort>/people/import/", roster.import_, name="import"),
    path("cohorts/<slug:cohort>/people/import/example.csv", roster.example, name="import_example"),
    path("cohorts/<slug:cohort>/people/import/<slug:ref>/", roster.check, name="check_import"),
    path("cohorts/<slug:cohort>/people/import/<slug:ref>/columns/", roster.columns, name="import_columns"),
    path("cohorts/<slug:cohort>/people/import/<slug:ref>/confirming/", roster.confirm, name="confirm_import"),
    path("cohorts/<slug:cohort>/people/import/<slug:ref>/result/", roster.result, name="import_result"),
    path("cohorts/<slug:cohort>/people/import/<slug:ref>/undoing/", roster.undo, name="undo_import"),
    path("cohorts/<slug:cohort>/calendar/", schedule.schedule, name="schedule"),
    path("cohorts/<slug:cohort>/calendar/dates/", schedule.dates, name="dates"),
    path("cohorts/<slug:cohort>/calendar/new/", schedule.new_meeting, name="new_meeting"),
    path("cohorts/<slug:cohort>/calendar/<int:number>/", schedule.meeting, name="meeting"),
    path("cohorts/<slug:cohort>/calendar/<int:number>/cancelling/", schedule.cancel, name="cancel_meeting"),
    path("cohorts/<slug:cohort>/calendar/<int:number>/attendance/", attendance.attendance, name="attendance"),
    path("cohorts/<slug:cohort>/calendar/<int:number>/attendance/list/", attendance.list_, name="attendance_list"),
    path("cohorts/<slug:cohort>/calendar/<int:number>/attendance/undoing/", attendance.undo, name="undo_attendance"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/address-works/", reminders.address_works, name="address_works"),
    path("cohorts/<slug:cohort>/reminders/", reminders.reminders, name="reminders"),
    path("cohorts/<slug:cohort>/reminders/pausing/", reminders.pause, name="pause"),
    path("cohorts/<slug:cohort>/reminders/resuming/", reminders.resume, name="resume"),
    path("cohorts/<slug:cohort>/reminders/sent/", reminders.sent, name="sent"),
    path("cohorts/<slug:cohort>/reminders/sent/<int:pk>/", reminders.mail, name="mail"),
    path("cohorts/<slug:cohort>/reminders/preview/", reminders.preview, name="reminder_day"),
    path("cohorts/<slug:cohort>/reminders/new/", reminders.new_reminder, name="new_reminder"),
    path("cohorts/<slug:cohort>/reminders/<slug:key>/", reminders.reminder, name="reminder"),
    path("cohorts/<slug:cohort>/reminders/<slug:key>/editing/", reminders.edit_reminder, name="edit_reminder"),
    path("cohorts/<slug:cohort>/reminders/<slug:key>/copying/", reminders.copy_reminder, name="copy_reminder"),
    path("cohorts/<slug:cohort>/reminders/<slug:key>/removing/", reminders.remove_reminder, name="remove_reminder"),
    path("cohorts/<slug:cohort>/reminders/<slug:key>/testing/", reminders.test_reminder, name="test_reminder"),
    path("cohorts/<slug:cohort>/reminders/<slug:key>/turning/", reminders.turn, name="turn_reminder"),
]

setting_up = [
    path("cohorts/<slug:cohort>/setup/", setup.setup, name="setup"),
    path("cohorts/<slug:cohort>/setup/<slug:edition>/", setup.edition, name="setup_edition"),
    path("cohorts/<slug:cohort>/setup/<slug:edition>/as-applicant/", setup.as_applicant, name="as_applicant"),
    path("cohorts/<slug:cohort>/setup/<slug:edition>/changes/", setup.changes, name="setup_changes"),
    path("cohorts/<slug:cohort>/setup/<slug:edition>/edition.zip", setup.archive, name="setup_archive"),
    path("cohorts/<slug:cohort>/setup/<slug:edition>/files/", setup.files, name="setup_files"),
    path("cohorts/<slug:cohort>/setup/<slug:edition>/moving/", setup.move, name="move_part"),
    path("cohorts/<slug:cohort>/setup/<slug:edition>/removing/<path:place>/", setup.remove, name="remove_part"),
    path("cohorts/<slug:cohort>/setup/<slug:edition>/template/<slug:key>/", setup.template, name="setup_template"),
    path("cohorts/<slug:cohort>/setup/<slug:edition>/parts/<path:place>/", setup.part, name="setup_part"),
]

urlpatterns = [*everybody, *applicant, *admin, *setting_up]
