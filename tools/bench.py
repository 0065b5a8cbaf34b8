"""Measure what a promise is made about, beside a floor measured in the same run; write docs/performance.md.

Seconds differ from machine to machine; how many times the floor something takes hardly does. Each
figure of the first part is the median of several rounds, in which all contestants take turns.

`bench.py verdict` measures only the first part, `pages`, `exports`, `reminders` and `mail` only theirs; each keeps
what else was written.
"""

import hashlib
import json
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from environment import ROOT, enter

enter("develop")
sys.path.insert(0, str(ROOT))

import docx  # noqa: E402
from docx.table import Table  # noqa: E402
from lxml import etree  # noqa: E402
from test import clean_environment, start_postgres  # noqa: E402  (tools/test.py)

from badges.word import CriterionSpec, DocumentSpec, PromptSpec, build, fill  # noqa: E402
from badges.word.package import pack, unpack  # noqa: E402
from submissions.checks import Expectation, Prompt, Slot, examine, examine_here  # noqa: E402

REPORT = ROOT / "docs" / "performance.md"
RELATIONS, TYPES = "word/_rels/document.xml.rels", "[Content_Types].xml"
IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
QUESTIONS = 9
KB, MB = 1000, 1000_000
# Every size holds nine answers; what makes the large ones large is text, or what makes real ones large: pictures.
SIZES = (
    ("10 KB", 10 * KB, "text"),
    ("200 KB", 200 * KB, "text"),
    ("2 MB", 2 * MB, "text"),
    ("2 MB", 2 * MB, "pictures"),
    ("20 MB", 20 * MB, "pictures"),
)
MOST_TIMES_STREAMING, MOST_TIMES_DOCX, MOST_MIB = 3.0, 0.5, 256
MOST_MIB_MORE = 20  # than the smallest file takes
HEADINGS = {
    "verdict": "The verdict on a document", "pages": "Pages", "crowd": "A cohort that grows", "exports": "Exports",
    "reminders": "Reminders", "mail": "Mail",
}  # fmt: skip
INTRODUCTION = """# Performance

Written by `make bench`. Ratios compare with floors measured in the same run, so they hold on other machines;
milliseconds do not.
"""
SECONDS_A_CONTEST = 6

SMALL, LARGE = 300, 3000  # submissions
CROWDS, CROWDED, MOST_TIMES_CROWD = (30, LARGE, 30_000), ("overview", "admin_list"), 3.0
STATEMENTS = {
    "submitter_page": 12, "review_queue_50": 8, "review_queue_250": 8, "review_form": 12, "overview": 15,
    "admin_list": 8,
}  # fmt: skip
# What a page prints one under the other: for the applicant dates, activities and documents; in the form each answer
# with the levels of its row; in the overview people, reviewers and activities.
ROWS = {
    "submitter_page": 23, "review_queue_50": 50, "review_queue_250": 250, "review_form": 36, "overview": 59,
    "admin_list": 50,
}  # fmt: skip
MOST_REPEATED, MOST_TIMES_SMALL = 2, 1.15
MOST_TIMES_BARE, MOST_MIB_GROWN, LEAST_SHARE = 2.0, 10, 0.8


@dataclass(frozen=True)
class Result:
    size: str
    of: str
    bytes: int
    check: float
    streaming: float
    docx: float
    child: float
    peak_mib: float
    least_mib: float

    @property
    def times_streaming(self):
        return self.check / self.streaming

    @property
    def times_docx(self):
        return self.check / self.docx

    @property
    def kept(self):
        within = self.times_streaming <= MOST_TIMES_STREAMING and self.times_docx <= MOST_TIMES_DOCX
        return within and self.peak_mib <= MOST_MIB and self.peak_mib - self.least_mib < MOST_MIB_MORE


def main():
    """Measure the parts that were named, or all; what else was written stays."""
    written = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", REPORT.read_text(), re.MULTILINE | re.DOTALL))
    for name in sys.argv[1:] or HEADINGS:
        with tempfile.TemporaryDirectory() as folder:
            written[HEADINGS[name]] = "\n".join(MEASURES[name](Path(folder)))
        known = [heading for heading in HEADINGS.values() if heading in written]
        parts = [f"## {heading}\n\n{written[heading].strip()}\n" for heading in known]
        REPORT.write_text("\n".join([INTRODUCTION, *parts]))
        print(f"\n“{HEADINGS[name]}” is written to {REPORT.relative_to(ROOT)}.", flush=True)


def verdict(folder):
    results = []
    for size in SIZES:
        results.append(contest(folder, *size, least_mib=results[0].peak_mib if results else None))
    return report(results)


# The guide ----------------------------------------------------------------------------------------------------------
def guide():
    """A guide of nine questions, each with a rubric row of three levels."""
    levels = (("Meets", "Names it, shows it in an example, and says why."), ("Nearly", "Names it."), ("Not yet", "—"))
    prompts = tuple(
        PromptSpec(
            code=f"L2-RG-Q{number}",
            text=f"What did you do in stage {number}, and what came of it?",
            criteria=(CriterionSpec(title=f"Stage {number}", levels=levels),),
        )
        for number in range(1, QUESTIONS + 1)
    )
    return DocumentSpec(
        edition_slug="bench",
        edition_title="Level 2 Practice",
        term="Fall",
        key="reflection-guide",
        title="Level 2 Practice Reflection Guide",
        prompts=prompts,
    )


def expectation(spec, sha256):
    """What the site knows when it asks for a check: also the hash, which was taken while the file arrived."""
    prompts = tuple(Prompt(prompt.code, prompt.text) for prompt in spec.prompts)
    slot = Slot(spec.key, spec.title, "Reflection Guide", prompts=prompts, printed=spec.printed_lines())
    name = f"Okafor, D | {spec.title}.docx"
    return Expectation(spec.edition_slug, slot, last="Okafor", first="Dana", received_name=name, sha256=sha256)


def document(spec, size_bytes, of):
    """A filled-in guide of about this size: its answers are as long as it takes, or it holds a picture.

    Without content controls, as LibreOffice saves it: python-docx would not see the text inside them.
    """
    letters = random.Random(size_bytes)  # noqa: S311  (the same words in every run)
    template = build(spec)
    words = 60
    filled = fill(template, answers(spec, words, letters), lose_tags=True)
    if of == "text":
        for _ in range(6):
            words = max(30, int(words * size_bytes / len(filled)))
            filled = fill(template, answers(spec, words, letters), lose_tags=True)
        return filled
    return with_picture(filled, letters.randbytes(size_bytes - len(filled)))


def answers(spec, words, letters):
    def paragraph():
        return " ".join("".join(letters.choices("etaoinshrdlucmfw", k=letters.randint(2, 9))) for _ in range(80))

    each = max(1, words // 80)
    return {prompt.code: [paragraph() for _ in range(each)] for prompt in spec.prompts}


def with_picture(filled, picture):
    """The document with a picture that its main part refers to."""
    parts = unpack(filled)
    relation = f'<Relationship Id="rIdPicture" Type="{IMAGE}" Target="media/image1.png"/></Relationships>'
    parts[RELATIONS] = parts[RELATIONS].replace(b"</Relationships>", relation.encode())
    parts[TYPES] = parts[TYPES].replace(b"<Override", b'<Default Extension="png" ContentType="image/png"/><Override', 1)
    return pack(parts | {"word/media/image1.png": picture})


# The contest --------------------------------------------------------------------------------------------------------
def stream(path):
    """The floor: every XML part is read once by lxml, every other part by zipfile, and nothing is done with them."""
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            with package.open(name) as part:
                if name.endswith((".xml", ".rels")):
                    for _, element in etree.iterparse(part, resolve_entities=False, huge_tree=True):
                        element.clear()
                else:
                    while part.read(1 << 20):
                        pass


def read_with_docx(path):
    """The text of every paragraph of the body and of every cell, also of tables in cells, in their order."""
    return "\n".join(texts_in(docx.Document(str(path))))


def texts_in(place):
    for block in place.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                for cell in row.cells:
                    yield from texts_in(cell)
        else:
            yield block.text


def contest(folder, size, size_bytes, of, *, least_mib):
    spec = guide()
    path = folder / "guide.docx"
    path.write_bytes(document(spec, size_bytes, of))
    expected = expectation(spec, hashlib.sha256(path.read_bytes()).hexdigest())
    seen = examine_here(path, expected)
    assert seen.verdict in ("ready", "advice") and all(answer.text for answer in seen.answers), seen.findings
    assert all(answer.text.split("\n")[0] in read_with_docx(path) for answer in seen.answers)
    check, streaming, with_docx = medians(
        lambda: examine_here(path, expected), lambda: stream(path), lambda: read_with_docx(path)
    )
    (child,) = medians(lambda: examine(path, expected), clock=time.perf_counter)
    peak = examine(path, expected).peak_mib
    result = Result(size, of, path.stat().st_size, check, streaming, with_docx, child, peak, least_mib or peak)
    print(
        f"{size:>7} of {of:<9} {result.times_streaming:5.2f} × streaming  {result.times_docx:5.2f} × python-docx",
        flush=True,
    )
    return result


def medians(*contestants: Callable, clock=time.process_time):
    """Seconds of each, of the processor unless told otherwise; they take turns, to share the machine's busy moments."""
    times = [[] for _ in contestants]
    until = time.monotonic() + SECONDS_A_CONTEST
    while time.monotonic() < until or len(times[0]) < 5:
        for contestant, taken in zip(contestants, times, strict=True):
            began = clock()
            contestant()
            taken.append(clock() - began)
    return [statistics.median(taken) for taken in times]


# The pages ----------------------------------------------------------------------------------------------------------
def pages(folder):
    """What each page costs in a small cohort, and in a large one beside it; on PostgreSQL, as it is deployed."""
    return report_of_pages(*costs(folder, (SMALL, LARGE)))


def crowd(folder):
    """What an admin's two pages cost as a cohort grows."""
    return report_of_crowd(dict(zip(CROWDS, costs(folder, CROWDS, "--only", *CROWDED), strict=True)))


def costs(folder, counts, *only):
    with ExitStack() as servers:
        environment = on_postgres(servers)
        return [cost(environment, folder / f"{count}.json", count, *only) for count in counts]


def cost(environment, out, count, *only):
    manage(environment, "bench_seed", f"--submissions={count}")
    manage(environment, "bench_queries", f"--out={out}", "--cpu", *only)
    return json.loads(out.read_text())


def exports(folder):
    """What making a sheet and an archive takes of memory."""
    with ExitStack() as servers:
        out = folder / "exports.json"
        environment = on_postgres(servers) | {"STORAGE_URL": f"file://{folder / 'documents'}"}
        manage(environment, "bench_exports", f"--out={out}")
        return report_of_exports(json.loads(out.read_text()))


def sweep(folder):
    """What owing reminders costs beside one bare statement that writes as many rows."""
    with ExitStack() as servers:
        out = folder / "reminders.json"
        manage(on_postgres(servers), "bench_reminders", f"--out={out}")
        return report_of_reminders(json.loads(out.read_text()))


def hand_off(folder):
    """How fast mail is handed over beside one bare connection, to a server that takes it and forgets it."""
    with ExitStack() as servers:
        out, port = folder / "mail.json", free_port()
        environment = on_postgres(servers) | {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        sink = ["-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
        server = servers.enter_context(subprocess.Popen([sys.executable, *sink]))
        servers.callback(server.terminate)
        manage(environment, "bench_mail", f"--out={out}")
        return report_of_mail(json.loads(out.read_text()))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_postgres(servers):
    address = start_postgres(servers).rpartition("/")[0]
    environment = {**clean_environment(), "DEBUG": "1", "DATABASE_URL": f"{address}/postgres"}
    manage(environment, "migrate", "--verbosity=0")
    return environment


def manage(environment, *command):
    subprocess.run([sys.executable, str(ROOT / "manage.py"), *command], env=environment, check=True)


# The report ---------------------------------------------------------------------------------------------------------
def report(results):
    lines = [
        f"Promise: at most {MOST_TIMES_STREAMING:g} times the cost of streaming the file's parts with zipfile and lxml",
        f"and doing nothing with them, at most {MOST_TIMES_DOCX:g} times that of python-docx reading its text, at most",
        f"{MOST_MIB} MiB of memory, and less than {MOST_MIB_MORE} MiB more than the smallest file takes.",
        "",
        "- Checking is `examine_here`: zip, all relationships, all text, the answers as HTML, the verdict. It is told",
        "  the file's hash, as the site tells it: that was taken while the file arrived.",
        "- Streaming is zipfile with `lxml.etree.iterparse` over every XML part, each element cleared at its end,",
        "  and zipfile over every other part.",
        "- Reading is `Document(path)` and the `text` of every paragraph of the body and of every cell.",
        "",
        "The three take turns in one process; compared are medians of processor time. The child process, with its",
        "start, is timed by the clock on the wall. The file is a guide of nine answers, without content controls, as",
        "LibreOffice saves it, so that python-docx sees all of its text; what makes it large is its text, or a picture",
        "in it. More text than in the third row is hardly accepted: a file may have five million characters.",
        "",
        "| file | made large by | checking | × streaming | × python-docx | in a child process | its memory | promise |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    return [*lines, *map(row, results)]


def row(result):
    cells = (
        result.size,
        result.of,
        f"{result.check * 1000:.1f} ms",
        f"{result.times_streaming:.2f}",
        f"{result.times_docx:.2f}",
        f"{result.child * 1000:.0f} ms",
        f"{result.peak_mib:.0f} MiB",
        "kept" if result.kept else "**not kept**",
    )
    return f"| {' | '.join(cells)} |"


def report_of_pages(small, large):
    lines = [
        f"Counted in one process, on PostgreSQL, in a cohort with {LARGE:,} submissions, and in one with {SMALL}",
        "for comparison. Promise: as many statements in both and at most those in brackets, none of them more than",
        "twice; at most 3 rows built from the database for each row shown, and 40 more; at most",
        f"{MOST_TIMES_SMALL:g} times the processor's time.",
        "",
        "| page | statements | most often | rows built | bytes | CPU | × CPU of the small | promise |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    return [*lines, *(row_of_page(page, small[page], large[page]) for page in large)]


def row_of_page(page, small, large):
    cpu = f"{large['cpu_ms']:.0f} ms" if "cpu_ms" in large else ""
    times = f"{large['cpu_ms'] / small['cpu_ms']:.2f}" if cpu else ""
    most = f" ({STATEMENTS[page]})" if page in STATEMENTS else ""
    cells = (
        page,
        f"{large['queries']}{most}",
        str(large["most_repeated"]),
        str(large["models_built"]),
        f"{large['bytes']:,}",
        cpu,
        times,
        ("kept" if is_kept(page, small, large) else "**not kept**") if most else "",
    )
    return f"| {' | '.join(cells)} |"


def report_of_crowd(found):
    smallest = found[CROWDS[0]]
    lines = [
        "An admin's pages with more and more people, each with documents and three reviews, on PostgreSQL. Time is",
        "the least of 25 visits by the clock on the wall, database included. Promise: as many statements always, and",
        f"with {LARGE:,} people at most {MOST_TIMES_CROWD:g} times the time with {CROWDS[0]}.",
        "",
        f"| page | people | statements | rows built | CPU | time | × time with {CROWDS[0]} | promise |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    return lines + [row_of_crowd(page, count, found[count], smallest) for page in CROWDED for count in CROWDS]


def row_of_crowd(page, count, found, smallest):
    here, least = found[page], smallest[page]
    times = here["ms"] / least["ms"]
    kept = here["queries"] == least["queries"] and (times <= MOST_TIMES_CROWD or count > LARGE)
    cells = (
        page,
        f"{count:,}",
        str(here["queries"]),
        str(here["models_built"]),
        f"{here['cpu_ms']:.0f} ms",
        f"{here['ms']:.0f} ms",
        f"{times:.2f}",
        "kept" if kept else "**not kept**",
    )
    return f"| {' | '.join(cells)} |"


def report_of_exports(found):
    lines = [
        "Each made by the job of an export, on PostgreSQL, in a process of its own; memory is the most it held.",
        f"Promise: at most {MOST_MIB_GROWN} MiB more than for the small one, however large it is.",
        "",
        "| export | small | large | its file | time | memory, small | memory, large | promise |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    return lines + [row_of_export(*pair) for pair in found]


def row_of_export(small, large):
    cells = (
        large["export"],
        small["counted"],
        large["counted"],
        f"{large['bytes'] / MB:.1f} MB",
        f"{large['seconds']:.1f} s",
        f"{small['peak_mib']:.0f} MiB",
        f"{large['peak_mib']:.0f} MiB",
        "kept" if large["peak_mib"] - small["peak_mib"] <= MOST_MIB_GROWN else "**not kept**",
    )
    return f"| {' | '.join(cells)} |"


def report_of_reminders(found):
    kept = found["times"] <= MOST_TIMES_BARE and found["grew_mib"] <= MOST_MIB_GROWN
    cells = (
        f"{found['rows']:,}",
        str(found["statements"]),
        f"{found['sweep']:.1f} s",
        f"{found['bare']:.1f} s",
        f"{found['times']:.2f}",
        f"{found['again']:.1f} s",
        f"{found['grew_mib']:.0f} MiB",
        "kept" if kept else "**not kept**",
    )
    return [
        "100,000 people, six rules that come due for all of them, five time zones, on PostgreSQL. Promise: at most",
        f"{MOST_TIMES_BARE:g} times one bare `INSERT … SELECT … ON CONFLICT DO NOTHING` of as many rows into the same",
        f"table, and less than {MOST_MIB_GROWN} MiB more memory. Both take turns; compared are medians of the clock on",
        "the wall.",
        "",
        "| rows | statements | the sweep | bare | × bare | once more, nothing new | memory grew by | promise |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
        f"| {' | '.join(cells)} |",
    ]


def report_of_mail(found):
    cells = (
        f"{found['mails']:,}",
        f"{found['ours']:.0f}",
        f"{found['bare']:.0f}",
        f"{found['share']:.2f}",
        f"{found['grew_mib']:.0f} MiB",
        "kept" if found["share"] >= LEAST_SHARE else "**not kept**",
    )
    return [
        "Owed rows on PostgreSQL, handed to a mail server on this machine by one sender: claimed, looked at, sent and",
        f"noted. Promise: at least {LEAST_SHARE:.0%} of the rate at which Django sends the same mails over one line.",
        "Both take turns; compared are medians of the clock on the wall.",
        "",
        "| mails | a second | bare | share | memory grew by | promise |",
        "| ---: | ---: | ---: | ---: | ---: | --- |",
        f"| {' | '.join(cells)} |",
    ]


def is_kept(page, small, large):
    return (
        small["queries"] == large["queries"] <= STATEMENTS[page]
        and large["most_repeated"] <= MOST_REPEATED
        and large["models_built"] <= 3 * ROWS[page] + 40
        and large["cpu_ms"] <= MOST_TIMES_SMALL * small["cpu_ms"]
    )


MEASURES = {
    "verdict": verdict, "pages": pages, "crowd": crowd, "exports": exports, "reminders": sweep, "mail": hand_off,
}  # fmt: skip

if __name__ == "__main__":
    main()
