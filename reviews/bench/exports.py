"""How much memory an export takes while it is made, however much goes into it."""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from cohorts.models import Cohort, StaffMembership
from microcred import clock
from reviews.bench import seed
from reviews.bench.cohort import slug_of
from reviews.bench.counting import peak_mib
from reviews.exports import jobs
from reviews.exports.models import Export
from submissions.models import Version

KIND, FORM = Export.Kind, Export.Form
KB = 1000
FEW, SOME, MANY, CROWD = 30, 300, 3_000, 30_000  # submissions
SHEETS = ((KIND.ROSTER, FORM.CSV, CROWD), (KIND.ROSTER, FORM.XLSX, CROWD), (KIND.SCORES, FORM.XLSX, MANY))
DOCUMENTS = ((FEW, 20 * KB), (SOME, 400 * KB))


def measure() -> list[tuple[dict, dict]]:
    """Each export of a small cohort and of a large one."""
    _in_its_own_process(_sow)
    sheets = [(_made(FEW, kind, form), _made(count, kind, form)) for kind, form, count in SHEETS]
    for count, size in DOCUMENTS:
        _give_files(count, size)
    small, large = (_made(count, KIND.ORIGINALS, FORM.ZIP) for count, _ in DOCUMENTS)
    return [*sheets, (small, large)]


def _sow() -> None:
    for count in (FEW, SOME, MANY, CROWD):
        seed.sow(count, now=clock.now())


def _give_files(count: int, size_bytes: int) -> None:
    """Every document of the cohort has the same bytes."""
    name = default_storage.save(f"bench/{count}.bin", ContentFile(bytes(size_bytes)))
    theirs = Version.objects.filter(document__submission__enrollment__cohort__slug=slug_of(count))
    theirs.update(file=name, size_bytes=size_bytes)


def _made(count: int, kind: str, form: str) -> dict:
    return _in_its_own_process(_make, count, kind, form)


def _in_its_own_process(deed, *args):
    """One that is forked while this one is still small."""
    connection.close()
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        return pool.submit(deed, *args).result()


def _make(count: int, kind: str, form: str) -> dict:
    cohort = Cohort.objects.get(slug=slug_of(count))
    admin = cohort.staff.filter(role=StaffMembership.Role.ADMIN).earliest("pk")
    export = Export.objects.create(cohort=cohort, kind=kind, form=form, asked_by=admin.person)
    began = time.perf_counter()
    jobs.make(export)
    seconds = time.perf_counter() - began
    export.refresh_from_db()
    assert export.made_at, f"{export} was not made"
    export.file.delete(save=False)
    return {
        "export": str(export), "counted": export.counted, "bytes": export.size_bytes, "seconds": seconds,
        "peak_mib": peak_mib(),
    }  # fmt: skip
