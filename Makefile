# make run    from nothing to a searched collection: .venv, the drawn gallery, one search of each mode
# make test   all checks
# make lab    JupyterLab on the search notebook
# make docs   the site in _docs, rendered by Quarto or smalldocs, and checked; with WIKIART_SHARED also the contact sheets of ten plain words, for the eye
# make outputs NB=nbs/NAME.ipynb   a notebook run, its outputs kept
# make bench-faults  kills, signals, a full disk, changed bytes, hostile files: done on purpose and counted (about 6 minutes)
# make bench-indexes  exact search, Annoy, faiss and others at 81,444 and a million vectors (needs WIKIART_SHARED; takes long)
# make bench  quality and speed on the WikiArt sample, engines side by side (needs WIKIART_SHARED=folder of the parquet files)
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do $$p -c 'import sys; sys.exit(not (3,11)<=sys.version_info[:2]<=(3,13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
GALLERY := artifacts/gallery
# annoy's own flags without -march=native: a wheel built here runs on any machine of the kind
export ANNOY_COMPILER_ARGS := -D_CRT_SECURE_NO_WARNINGS,-fpermissive,-O3,-ffast-math,-fno-associative-math,-DANNOYLIB_MULTITHREADED_BUILD,-std=c++14
export PIP_DISABLE_PIP_VERSION_CHECK := 1
.PHONY: run test lab docs bench bench-faults bench-indexes export outputs clean

run: $(GALLERY)/manifest.json
	@$(BIN)/wikiart-search --offline --artifacts $(GALLERY) --image "$$($(BIN)/python -c 'from wikiart_retrieval.core import artwork_id; print(artwork_id("gallery", "42/4"))')" -k 10 --sheet artifacts/sheets/image.png
	@echo; $(BIN)/wikiart-search --offline --artifacts $(GALLERY) "a sailing boat on the sea" -k 10 --sheet artifacts/sheets/caption.png
	@echo; $(BIN)/wikiart-search --offline --artifacts $(GALLERY) "flowers in a vase" --style Watercolour --genre flowers --tag joyful -k 10 --sheet artifacts/sheets/omni.png
	@echo; echo "Look at the three contact sheets:"
	@for m in image caption omni; do echo "  $$PWD/artifacts/sheets/$$m.png"; done
	@echo; echo "Try next:"
	@echo "  $(BIN)/wikiart-build --source ~/Pictures --out artifacts/mine && $(BIN)/wikiart-search 'a street at night'   # your own pictures"
	@echo "  $(BIN)/wikiart-build --out artifacts/wikiart                                             # 5,000 of the real WikiArt, with a network"
	@echo "  make lab                                                                         # the search notebook"

$(GALLERY)/manifest.json: | .venv/.ready
	$(BIN)/wikiart-build --source gallery --encoder bundled --offline --out $(GALLERY)

.venv/.ready: settings.ini setup.py constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed: install one, or name it with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[dev]' || { echo "The installation failed (see above). If it was annoy: it needs a C++ compiler and Python's headers (Debian: apt install g++ python3-dev)." >&2; exit 1; }
	@touch $@

test: .venv/.ready
	@$(BIN)/python .ci/check.py

lab: .venv/.ready
	$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) nbs/search.ipynb

docs: .venv/.ready
	@$(BIN)/python .ci/docs.py prove
	@$(BIN)/python .ci/docs.py
	@test -z "$(WIKIART_SHARED)" || $(BIN)/python .ci/content.py

bench: .venv/.ready
	@$(BIN)/python .ci/bench.py
	@$(BIN)/python .ci/bench_encoders.py
	@$(BIN)/python .ci/bench_runtime.py
	@$(BIN)/python .ci/bench_engine.py 2>/dev/null
	@$(BIN)/python .ci/bench_memory.py 20000 --late 100000 2>/dev/null
	@$(BIN)/wikiart-build --offline --encoder bundled --captioner tags --source $(firstword $(wildcard $(WIKIART_SHARED)/sample-*.parquet)) --out artifacts/bench-sample 2>/dev/null
	@$(BIN)/python .ci/bench_page.py artifacts/bench-sample

bench-indexes: .venv/.ready
	@$(BIN)/python -m pip install -q -c constraints.txt -e '.[bench]'
	@$(BIN)/python .ci/bench_indexes.py --cache artifacts/bench-indexes

bench-faults: .venv/.ready
	@$(BIN)/python .ci/bench_faults.py

export: .venv/.ready
	$(BIN)/nbdev_export
	$(BIN)/nbdev_clean
	$(BIN)/python .ci/readme.py

outputs: .venv/.ready
	$(BIN)/python .ci/outputs.py $(NB)
	$(BIN)/nbdev_clean

clean:
	rm -rf .venv build dist *.egg-info _proc _docs
