"""Addresses of this floor."""

from django.urls import path

from reviews.views import (
    agreement,
    assigning,
    by_question,
    comments,
    conflicts,
    decisions,
    feedback,
    finishing,
    overview,
    people,
    person,
    queue,
    reading,
    records,
    scoring,
    second_reads,
    settling,
    writing,
)

app_name = "reviews"

reviewing = [
    path("review/", queue.queue, name="queue"),
    path("review/done/", queue.done, name="done"),
    path("review/by-question/", by_question.index, name="questions"),
    path("review/by-question/<int:question>/", by_question.show, name="by_question"),
    path("review/comments/", comments.comments, name="comments"),
    path("review/comments/undo/", comments.restore_comment, name="restore_comment"),
    path("review/comments/<int:pk>/", comments.edit_comment, name="edit_comment"),
    path("review/comments/<int:pk>/delete/", comments.delete_comment, name="delete_comment"),
    path("review/comments/<int:pk>/sharing/", comments.share_comment, name="share_comment"),
    path("review/conflicts/", conflicts.own, name="own_conflicts"),
    path("review/conflicts/<int:pk>/removal/", conflicts.remove_own, name="remove_own_conflict"),
    path("review/<int:number>/", scoring.sheet, name="scoring"),
    path("review/<int:number>/q/<int:question>/", scoring.save_question, name="save_question"),
    path("review/<int:number>/documents/<slug:slot>/", reading.document, name="document"),
    path("review/<int:number>/files/<slug:slot>/", reading.file, name="file"),
    path("review/<int:number>/finish/", finishing.finish, name="finish"),
    path("review/<int:number>/versions/<int:round_number>/", finishing.said, name="said"),
    path("review/<int:number>/reopen/", finishing.reopen, name="reopen"),
    path("review/<int:number>/conflict/", finishing.conflict, name="conflict"),
    path("review/<int:number>/second-read/", second_reads.ask, name="second_read"),
    path("settle/", settling.index, name="settling"),
    path("settle/<int:number>/", settling.settle, name="settle"),
    path("settle/<int:number>/q/<int:question>/", settling.save_row, name="settle_row"),
    path("settle/<int:number>/reopening/", settling.reopen, name="reopen_settling"),
    path("settle/<int:number>/second-reader/", settling.choose, name="choose_second_reader"),
    path("cohorts/<slug:cohort>/reviews/", assigning.table, name="assigning"),
    path("cohorts/<slug:cohort>/reviews/plan/", assigning.plan, name="plan"),
    path("cohorts/<slug:cohort>/reviews/agreement/", agreement.agreement, name="agreement"),
    path("cohorts/<slug:cohort>/reviews/capacity/", assigning.capacity, name="capacity"),
    path("cohorts/<slug:cohort>/reviews/conflicts/", conflicts.index, name="conflicts"),
    path("cohorts/<slug:cohort>/reviews/conflicts/<int:pk>/removal/", conflicts.remove, name="remove_conflict"),
    path("cohorts/<slug:cohort>/reviews/<int:number>/", assigning.change, name="change_reader"),
    path(
        "cohorts/<slug:cohort>/reviews/<int:number>/second-read/", second_reads.ask_for_cohort, name="ask_second_read"
    ),
]

deciding = [
    path("cohorts/find/", people.find, name="find"),
    path("cohorts/<slug:cohort>/", overview.show, name="overview"),
    path("cohorts/<slug:cohort>/tasks/", overview.tasks, name="tasks"),
    path("cohorts/<slug:cohort>/tasks/done/", overview.task_done, name="task_done"),
    path("cohorts/<slug:cohort>/people/", people.index, name="people"),
    path("cohorts/<slug:cohort>/people/roster.csv", people.roster, name="roster"),
    path("cohorts/<slug:cohort>/people/write/", writing.write, name="write"),
    path("cohorts/<slug:cohort>/people/write/sending/", writing.send, name="send"),
    path("cohorts/<slug:cohort>/people/extensions/", person.extensions, name="extensions"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/", person.person, name="person"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/notes/", person.note, name="note"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/notes/<int:pk>/striking/", person.strike, name="strike_note"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/seeing-as/", person.see_as, name="see_as"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/seeing-as/end/", person.stop_seeing_as, name="stop_seeing_as"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/correction/", person.correction, name="correction"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/move/", person.move, name="move"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/invitation/", person.invitation, name="invitation"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/sending-back/", person.sending_back, name="sending_back"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/appeal/", person.appeal, name="appeal"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/withdrawal/", person.withdrawal, name="withdrawal"),
    path("cohorts/<slug:cohort>/people/<slug:ref>/reinstatement/", person.reinstatement, name="reinstatement"),
    path("cohorts/<slug:cohort>/decisions/", decisions.index, name="decisions"),
    path("cohorts/<slug:cohort>/decisions/making/", decisions.make_several, name="decide_several"),
    path("cohorts/<slug:cohort>/decisions/letters/", decisions.preview, name="letters"),
    path("cohorts/<slug:cohort>/decisions/release/", decisions.release, name="release"),
    path("cohorts/<slug:cohort>/decisions/schedule/", decisions.schedule, name="schedule"),
    path("cohorts/<slug:cohort>/decisions/attendance/", decisions.attendance, name="attendance_awards"),
    path("cohorts/<slug:cohort>/decisions/<int:number>/", decisions.show, name="decision"),
    path("cohorts/<slug:cohort>/decisions/<int:number>/making/", decisions.make, name="decide"),
    path("cohorts/<slug:cohort>/decisions/<int:number>/letter/", decisions.letter, name="letter"),
    path("cohorts/<slug:cohort>/decisions/<int:number>/reopening/", decisions.reopen, name="reopen_decision"),
    path("my/<slug:cohort>/feedback/", feedback.show, name="feedback"),
    path("my/<slug:cohort>/revise/", feedback.revise, name="revise"),
]

own = [
    path("account/data/", records.own_data, name="own_data"),
    path("account/data/archive/", records.own_archive, name="own_archive"),
]

urlpatterns = [*reviewing, *deciding, *own]
