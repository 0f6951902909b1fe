"""Pages of signing in: open to all where they must be, of one's own account otherwise."""

from allauth.mfa.models import Authenticator

from factories.access import ABSENT, ELSEWHERE, OPENS, SIGN_IN, Row, World
from factories.people import UserFactory, person
from factories.signing_in import second_step
from upstream_web.people.permissions import Permission


def world() -> World:
    owner = person(Permission.PLAN_START)
    second_step(owner)
    stranger = person(Permission.PLAN_START)
    second_step(stranger)
    key = Authenticator.objects.create(user=owner, type=Authenticator.Type.WEBAUTHN, data={"name": "blue key"})
    people = {"anonymous": None, "stranger": stranger, "owner": owner, "plain": UserFactory()}
    return World(people, {"pk": key.pk, "uidb36": "1", "key": "set-password", "provider_id": "organisation"})


FAILED = 401  # a page that says so
EVERYBODY = {"anonymous": OPENS, "stranger": OPENS}
OWN = {"anonymous": SIGN_IN, "stranger": OPENS}
# allauth asks for the password again before it shows these, which it does not take from the session of the tests
ASKS = {"anonymous": SIGN_IN, "stranger": ELSEWHERE}

ROWS = [
    Row("account_login", {"anonymous": OPENS, "stranger": ELSEWHERE}),
    Row("account_logout", {"anonymous": ELSEWHERE, "stranger": OPENS}),
    Row("account_inactive", EVERYBODY),
    Row("account_reset_password", EVERYBODY),
    Row("account_reset_password_done", EVERYBODY),
    Row("account_reset_password_from_key", EVERYBODY),
    Row("account_reset_password_from_key_done", EVERYBODY),
    Row("account_reauthenticate", OWN),
    Row("account_change_password", OWN),
    Row("account_set_password", {"anonymous": SIGN_IN, "stranger": ELSEWHERE}),
    Row("mfa_index", OWN),
    Row("mfa_authenticate", {"anonymous": SIGN_IN, "stranger": ELSEWHERE}),
    Row("mfa_reauthenticate", {"anonymous": SIGN_IN, "owner": OPENS, "plain": ELSEWHERE}),
    Row("mfa_reauthenticate_webauthn", {"anonymous": SIGN_IN, "stranger": ELSEWHERE}),
    Row("mfa_activate_totp", ASKS),
    Row("mfa_deactivate_totp", {"anonymous": SIGN_IN, "plain": ABSENT, "owner": ELSEWHERE}),
    Row("mfa_add_webauthn", ASKS),
    Row("mfa_list_webauthn", OWN),
    Row("mfa_login_webauthn", {"anonymous": SIGN_IN, "stranger": ELSEWHERE}),
    Row("mfa_edit_webauthn", ASKS),
    Row("mfa_remove_webauthn", ASKS),
    Row("mfa_view_recovery_codes", {"anonymous": SIGN_IN, "stranger": ABSENT}),
    Row("mfa_download_recovery_codes", {"anonymous": SIGN_IN, "stranger": ABSENT}),
    Row("mfa_generate_recovery_codes", ASKS),
    Row("usersessions_list", OWN),
    Row("socialaccount_login_cancelled", EVERYBODY),
    Row("socialaccount_login_error", {"anonymous": FAILED, "stranger": FAILED}),
    Row("socialaccount_signup", {"anonymous": SIGN_IN, "stranger": SIGN_IN}),
    Row("socialaccount_connections", OWN),
    Row("openid_connect_login", {"anonymous": ABSENT, "stranger": ABSENT}),
    Row("openid_connect_callback", {"anonymous": ABSENT, "stranger": ABSENT}),
]
OPEN_TO_ALL_STAFF = {
    "account_reset_password_from_key": "the link is its own proof",
    "mfa_edit_webauthn": "asks for the password first; tried below it in test_signing_in_second_step",
    "mfa_remove_webauthn": "asks for the password first; tried below it in test_signing_in_second_step",
}
