# Each target needs Python 3.11 or newer and nothing else: it makes what it needs in .venv and var.
PYTHON ?= python3
PORT ?= 8000
ARGS ?=
export PORT

.PHONY: demo test check fix bench lock

demo:    ## Start Microcred with a demo term on http://localhost:$(PORT)
	@$(PYTHON) tools/demo.py

test:    ## Run every test, on files, on SQLite and on PostgreSQL; ARGS="tests/badges -x" for some
	@$(PYTHON) tools/test.py $(ARGS)

check:   ## Style, types, templates, contracts, migrations, settings, diagram
	@$(PYTHON) tools/check.py

fix:     ## The same, after mending what a program can mend
	@$(PYTHON) tools/check.py --fix

bench:   ## Measure, and write docs/performance.md
	@$(PYTHON) tools/bench.py

lock:    ## Resolve requirements/*.in anew
	@$(PYTHON) tools/lock.py
