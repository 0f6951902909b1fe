"""How quick the pages are: 30 requests a second over lists and plans, with years of work in the database.

    python bench/web.py                                             on SQLite
    UPSTREAM_BENCH_POSTGRES=postgres://... python bench/web.py      on PostgreSQL too: an empty database of its own

Requests start when their moment comes, whether or not earlier ones were answered, and a request's time counts from that
moment: a slow answer cannot hide the wait of those behind it. Bars: 150 ms at the 95th percentile, under 20 questions
of the database a page, 200 KB on a first visit and 60 KB after.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
PAGES = {
    "plans": "/plans/",
    "plans, page 200": "/plans/?show=all&page=200",
    "plans by words": "/plans/?words=parade",
    "how plans stand": "/plans/dashboard/",
    "home": "/",
    "search": "/search/?q=parade",
    "start a plan": "/plans/start/",
    "sheet for a meeting": "/plans/meeting/",
    "a plan": "/plans/{plan}/",
    "its scanning": "/plans/{plan}/scanning/",
    "its analysis": "/plans/{plan}/analysis/",
    "its response": "/plans/{plan}/response/",
    "its assessment": "/plans/{plan}/assessment/",
    "its records": "/plans/{plan}/records/",
    "its sharing": "/plans/{plan}/sharing/",
    "its history": "/plans/{plan}/history/",
    "its brief": "/plans/{plan}/brief/",
    "an action": "/plans/actions/{action}/",
    "notices": "/notices/",
    "evidence": "/evidence/",
}
PORT, PASSWORD, EMAIL = 8794, "a long enough password for a bench", "bench@invented.example"
BAR_SECONDS, BAR_QUERIES, BAR_FIRST, BAR_AFTER = 0.150, 20, 200_000, 60_000


def main() -> None:
    """One process a database, because Django's settings are read once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=10_000)
    parser.add_argument("--actions", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=float, default=30.0)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), help="used by the bench itself")
    options = parser.parse_args()
    if options.on:
        bench(options)
        return
    databases = {"sqlite": "", "postgresql": os.environ.get("UPSTREAM_BENCH_POSTGRES", "")}
    for name, address in databases.items():
        if name == "postgresql" and not address:
            sys.stderr.write("not run on PostgreSQL: UPSTREAM_BENCH_POSTGRES is not set\n")
            continue
        with tempfile.TemporaryDirectory() as folder:
            around = {"UPSTREAM_DATA": folder, "DJANGO_SETTINGS_MODULE": "upstream_web.config.settings.demo"}
            around |= {"UPSTREAM_DATABASE": address} if address else {}
            command = [sys.executable, __file__, *sys.argv[1:], "--on", name]
            subprocess.run(command, env=os.environ | around, check=True)


def bench(options: argparse.Namespace) -> None:
    """Fill, serve, ask, print."""
    import django

    django.setup()
    start = time.perf_counter()
    ids = fill(options)
    filled = time.perf_counter() - start
    sys.stderr.write(f"{options.on}: filled in {filled:.0f} s\n")
    paths = {name: path.format(**ids) for name, path in PAGES.items()}
    queries = {name: queries_of(path) for name, path in paths.items()}
    server = serve()
    try:
        cookie = sign_in()
        bytes_of = {name: weigh(path, cookie) for name, path in paths.items()}
        times = drive(paths, cookie, options.rate, options.seconds)
    finally:
        server.terminate()
        server.wait()
    for name, seconds in times.items():
        p95 = float(np.percentile(seconds, 95))
        first, after = bytes_of[name]
        met = p95 < BAR_SECONDS and queries[name] < BAR_QUERIES and first < BAR_FIRST and after < BAR_AFTER
        line = {
            "bench": f"{name}, {options.plans:,} plans, {options.on}, {options.rate:g} a second",
            "ours_seconds": round(p95, 4),
            "median_seconds": round(float(np.median(seconds)), 4),
            "requests": len(seconds),
            "queries": queries[name],
            "first_visit_bytes": first,
            "after_bytes": after,
            "bar": f"p95 under {BAR_SECONDS * 1000:.0f} ms, under {BAR_QUERIES} queries, 200 KB then 60 KB",
            "met": met,
        }
        sys.stdout.write(json.dumps(line) + "\n")


def fill(options: argparse.Namespace) -> dict[str, int]:
    """People, plans, what they say, actions, notices and the audit log, as fast as the database takes them."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("load_roles", verbosity=0)
    teams, users = _force()
    plans = _plans(options.plans, teams, users)
    actions = _actions(options.actions, plans, users)
    _said(plans)
    _notices(users[0], plans)
    _events(options.events, plans[0].pk, len(plans))
    call_command("load_evidence", verbosity=0)
    call_command("reindex", verbosity=0)
    return {"plan": plans[0].pk, "action": actions}


def _force() -> tuple[list[Any], list[Any]]:
    import datetime

    from upstream_web.people.models import Membership, Organisation, Role, Team, User
    from upstream_web.places.models import Area

    begin = datetime.date(2020, 4, 1)
    force = Area.objects.create(code="F", name="Force", kind=Area.Kind.FORCE, path="F/")
    areas = [
        Area.objects.create(code=f"A{n}", name=f"Area {n}", kind=Area.Kind.POLICING_AREA, path=f"F/A{n}/", parent=force)
        for n in range(5)
    ]
    body = Organisation.objects.create(name="Police", kind=Organisation.Kind.FORCE, valid_from=begin)
    teams = [
        Team.objects.create(name=f"Team {n}", kind="neighbourhood", organisation=body, area=area, valid_from=begin)
        for n, area in enumerate(itertools.islice(itertools.cycle(areas), 25))
    ]
    users = [User.objects.create_user(EMAIL if n == 0 else f"p{n}@invented.example", f"Person {n}") for n in range(50)]
    users[0].set_password(PASSWORD)
    users[0].save()
    role = Role.objects.get(key="supervisor")
    for n, user in enumerate(users):
        area = force if n == 0 else None
        Membership.objects.create(user=user, team=teams[n % 25], role=role, area=area, valid_from=begin)
    return teams, users


def _plans(number: int, teams: list[Any], users: list[Any]) -> list[Any]:
    import datetime

    from upstream_web.problems.models import Plan

    day = datetime.date(2026, 1, 5)
    statuses = ("active", "active", "submitted", "draft", "closed")
    colours = ("red", "amber", "green", "")
    Plan.objects.bulk_create(
        (
            Plan(
                ref=f"P2026-{n:05d}",
                title=f"Thefts on the parade {n}" if n % 50 == 0 else f"Noise and damage in street {n}",
                problem="Young people gather in the evening and windows are broken.",
                team=teams[n % 25],
                area=teams[n % 25].area,
                lead=teams[n % 25].organisation,
                owner=users[n % 50],
                status=statuses[n % 5],
                colour=colours[n % 4],
                opened_on=day - datetime.timedelta(days=n % 900),
                closed_on=day if statuses[n % 5] == "closed" else None,
                next_review_on=day + datetime.timedelta(days=n % 60) if statuses[n % 5] == "active" else None,
            )
            for n in range(number)
        ),
        batch_size=2000,
    )
    return list(Plan.objects.order_by("pk"))


def _actions(number: int, plans: list[Any], users: list[Any]) -> int:
    import datetime

    from upstream_web.problems.models import Action

    day = datetime.date(2026, 1, 5)
    Action.objects.bulk_create(
        (
            Action(
                plan=plans[n % len(plans)],
                number=n // len(plans) + 1,
                title=f"Visit the shops of block {n}",
                organisation_id=plans[0].lead_id,
                owner=users[n % 50],
                due_on=day + datetime.timedelta(days=n % 200),
                state="done" if n % 3 == 0 else "to_do",
                done_on=day if n % 3 == 0 else None,
            )
            for n in range(number)
        ),
        batch_size=5000,
    )
    return Action.objects.order_by("pk").first().pk


def _said(plans: list[Any]) -> None:
    from django.utils import timezone

    from upstream_web.problems.models import Answer

    words, now = "Shoppers and staff of the parade, most evenings since May. " * 4, timezone.now()
    questions = ("community", "harmful", "expectation", "events", "recurring", "similarity", "why")
    Answer.objects.bulk_create(
        (Answer(plan=plan, question=key, text=words, changed_at=now) for plan in plans for key in questions),
        batch_size=5000,
    )


def _notices(user: Any, plans: list[Any]) -> None:
    from upstream_web.notices.models import Notice

    rows = (
        Notice(user=user, kind="plan_submitted", subject_type="problems.plan", subject_id=p.pk) for p in plans[:500]
    )
    Notice.objects.bulk_create(rows)


def _events(number: int, first: int, plans: int) -> None:
    """One statement that both databases know."""
    from django.db import connection
    from django.utils import timezone

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO audit_auditevent
                (at, by_id, by_name, action, object_type, object_id, object_name, parent_type, parent_id, details)
            WITH RECURSIVE rows(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM rows WHERE n + 1 < %s)
            SELECT %s, n %% 50 + 1, 'Person', 'plan.answered', 'problems.plan', CAST(%s + n %% %s AS varchar(80)),
                   'A plan', '', '', '{"text": {"old": "few words", "new": "more words"}}'
            FROM rows
            """,
            [number, timezone.now(), first, plans],
        )
        cursor.execute("ANALYZE")


def queries_of(path: str) -> int:
    """How often a page asks the database, once warm."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from upstream_web.people.models import User

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(email=EMAIL))
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return len(asked)


def serve() -> subprocess.Popen[bytes]:
    """Two workers, as the demonstration has."""
    options = [
        "--bind",
        f"127.0.0.1:{PORT}",
        "--workers",
        "2",
        "--timeout",
        "120",
        "--log-level",
        "warning",
        "--no-control-socket",
    ]
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", *options, "upstream_web.config.wsgi"])
    for _ in range(240):
        try:
            if ask("/account/login/", "")[0].status == 200:
                return server
        except (OSError, http.client.HTTPException):
            time.sleep(0.5)
    server.terminate()
    raise SystemExit("the site did not start")


def ask(path: str, cookie: str, body: bytes | None = None) -> tuple[http.client.HTTPResponse, bytes]:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}
    if body is not None:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1:{PORT}/"}
    connection.request("GET" if body is None else "POST", path, body, headers)
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    return answer, read


def sign_in() -> str:
    """The cookies of a person who signed in by the page."""
    answer, read = ask("/account/login/", "")
    cookie = "; ".join(value.partition(";")[0] for key, value in answer.getheaders() if key.lower() == "set-cookie")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', plain(answer, read))[1]
    form = {"csrfmiddlewaretoken": token, "login": EMAIL, "password": PASSWORD}
    answer, _ = ask("/account/login/", cookie, urllib.parse.urlencode(form).encode())
    assert answer.status == 302, f"sign-in answered {answer.status}"
    return "; ".join(value.partition(";")[0] for key, value in answer.getheaders() if key.lower() == "set-cookie")


def plain(answer: http.client.HTTPResponse, read: bytes) -> str:
    """The text of an answer."""
    return (gzip.decompress(read) if answer.getheader("Content-Encoding") == "gzip" else read).decode()


def weigh(path: str, cookie: str) -> tuple[int, int]:
    """Bytes of a page with all that it names, and of the page alone: what it names is kept by the browser."""
    answer, read = ask(path, cookie)
    named = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', plain(answer, read)))
    return len(read) + sum(len(ask(one, "")[1]) for one in named), len(read)


def drive(paths: dict[str, str], cookie: str, rate: float, seconds: int) -> dict[str, list[float]]:
    """Ask pages by turns at a fixed rate; seconds of each from the moment that it was due."""
    times: dict[str, list[float]] = {name: [] for name in paths}
    lock, names = threading.Lock(), list(paths)
    for name in names:  # both workers warm
        for _ in range(4):
            ask(paths[name], cookie)

    def one(name: str, due: float) -> None:
        answer, _ = ask(paths[name], cookie)
        took = time.perf_counter() - due
        assert answer.status == 200, f"{paths[name]}: {answer.status}"
        with lock:
            times[name].append(took)

    begin = time.perf_counter()
    with ThreadPoolExecutor(64) as pool:
        asked = []
        for n in range(int(rate * seconds)):
            due = begin + n / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            asked.append(pool.submit(one, names[n % len(names)], due))
        for future in asked:
            future.result()
    return times


if __name__ == "__main__":
    main()
