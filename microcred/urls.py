"""Every address of the site. Each floor names its own pages; `tests/access.tsv` says who may open them."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from microcred import views

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one door for everybody

sign_in = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-in/code/", account.request_login_code, name="account_request_login_code"),
    path("sign-in/code/check/", account.confirm_login_code, name="account_confirm_login_code"),
    path("sign-in/again/", account.reauthenticate, name="account_reauthenticate"),
    path("sign-in/inactive/", account.account_inactive, name="account_inactive"),
    path("sign-in/new/", account.signup, name="account_signup"),
    path("sign-in/password/forgotten/", account.password_reset, name="account_reset_password"),
    path("sign-in/password/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "sign-in/password/<uidb36>-<path:key>/", account.password_reset_from_key, name="account_reset_password_from_key"
    ),
    path("sign-in/password/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("sign-out/", account.logout, name="account_logout"),
    path("account/email/", views.email, name="account_email"),
    path("account/email/confirm/", account.email_verification_sent, name="account_email_verification_sent"),
    path("account/email/confirm/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/new/", account.password_set, name="account_set_password"),
    path("account/mfa/", include("allauth.mfa.urls")),
]

urlpatterns = [
    *sign_in,
    path("sign-in/kept/", views.kept, name="kept"),
    path("sign-in/kept/discarding/", views.discard_kept, name="discard_kept"),
    path("account/devices/", views.devices, name="devices"),
    path("account/devices/ending/", views.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("account/devices/ending-all/", views.sign_out_everywhere, name="sign_out_everywhere"),
    path("notices/<str:token>/", views.notices, name="notices"),
    path("help/", views.help_page, name="help"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("health/", views.health, name="health"),
    path("admin/", admin.site.urls),
    path("", include("badges.urls")),
    path("", include("cohorts.urls")),
    path("", include("submissions.urls")),
    path("", include("reviews.urls")),
]

handler404 = "microcred.views.not_found"
handler403 = "microcred.views.not_allowed"
handler500 = "microcred.views.failed"
