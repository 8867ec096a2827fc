# What people and CI do here. Every step installs what it needs, once, under build/ (browser apart).
#
#   make play    build everything and serve the tutorials on 127.0.0.1
#   make test    every test, in all homes: C, native Python, Pyodide in Node, Pyodide in Chromium; a visit in Firefox
#   make test-neon    the C tests for ARM processors with NEON, emulated: needs gcc-aarch64-linux-gnu and qemu-user-static
#   make test-gpu    every operator on the first GPU, or where there is none on a rehearsal of one (core/cuda)
#   make test-neighbours    arrays exchanged with the latest NumPy, PyTorch and JAX, which it installs
#   make wasm    the WebAssembly wheel, in dist/
#   make jupyterlite    a JupyterLite with the wheel and the autograd tutorial, in build/jupyterlite/site/
#   make lint    formatting, lint and types
#   make golden  ask MXNet 1.9.1 again what ndgrad is compared with; MXNET_PYTHON names a Python that has it
#   make bench   the figures of core/bench; make bench-browser those of Chromium
.PHONY: play test test-c test-native test-gpu test-node test-browser test-neon test-neighbours wasm jupyterlite lint format golden bench bench-browser clean

PYTHON ?= python3
BIN := build/venv/bin
CORE := $(shell find core -name '*.[ch]' -o -name '*.inl' -o -name CMakeLists.txt | grep -v '^core/bench')
GPU := $(wildcard core/cuda/* core/cuda/rehearsal/* core/items/*) core/include/ndgrad.h core/kernels/kernels.h core/kernels/special.h $(shell find core -name '*.inl' | grep -v python)
PACKAGE := $(wildcard core/python/*.py core/python/ndgrad/*) pyproject.toml

play: build/wasm.stamp build/web.stamp
	cd web && npm run --silent play

test: test-c test-native test-gpu test-node test-browser

# ------------------------------------------------------------------------------------------- the four homes

test-c: build/venv.stamp
	$(BIN)/cmake -S tests/c -B build/ctests -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja > build/ctests.log || (cat build/ctests.log; false)
	$(BIN)/ninja -C build/ctests --quiet
	$(BIN)/ctest --test-dir build/ctests --output-on-failure

test-neon: build/venv.stamp
	$(BIN)/cmake -S tests/c -B build/neon -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja -DCMAKE_SYSTEM_NAME=Linux \
	  -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc \
	  -DCMAKE_CROSSCOMPILING_EMULATOR="qemu-aarch64-static;-L;/usr/aarch64-linux-gnu" > /dev/null
	$(BIN)/ninja -C build/neon --quiet
	$(BIN)/ctest --test-dir build/neon --output-on-failure

test-native: build/native.stamp web/tutorials/autograd.zh.md
	$(BIN)/python -m pytest tests --ignore tests/browser

# Where nvcc is on the machine the kernels are compiled for GPUs too.
test-gpu: build/native.stamp build/rehearsal.stamp $(if $(shell command -v nvcc),build/cuda.stamp)
	NDGRAD_TEST_GPU=1 NDGRAD_GPU_LIBRARY=$${NDGRAD_GPU_LIBRARY:-$(CURDIR)/build/rehearsal/libndgrad_cuda.so} \
	  $(BIN)/python -m pytest tests/test_ops.py tests/test_gradients.py tests/test_autograd.py tests/test_indexing.py \
	  tests/test_layers.py tests/test_optimizer.py tests/test_random.py tests/gpu

test-node: build/wasm.stamp
	node wasm/run_tests.mjs

test-browser: build/native.stamp build/wasm.stamp build/web.stamp build/jupyterlite.stamp build/chromium.stamp build/firefox.stamp
	cd web && npm run --silent test
	$(BIN)/python -m pytest tests/browser

test-neighbours: build/neighbours.stamp
	build/neighbours/bin/python -m pytest tests/native/test_neighbours.py tests/native/test_dlpack.py tests/test_exchange.py

# ------------------------------------------------------------------------------------------------- building

wasm: build/wasm.stamp

build/venv.stamp: tests/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || (echo "ndgrad needs Python 3.11 or newer; name one with 'make PYTHON=python3.12 ...'"; false)
	@mkdir -p build
	$(PYTHON) -m venv build/venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

# Without isolation the pinned tools are used and the build is incremental.
build/native.stamp: build/venv.stamp $(CORE) $(PACKAGE)
	CI=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall .
	@touch $@

# The library of GPU kernels, by nvcc and for the rehearsal.
build/cuda.stamp: build/venv.stamp $(GPU)
	$(BIN)/cmake -S core/cuda -B build/cuda -G Ninja -DND_WARNINGS_AS_ERRORS=ON -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja > build/cuda.log || (cat build/cuda.log; false)
	$(BIN)/ninja -C build/cuda --quiet
	@touch $@

build/rehearsal.stamp: build/venv.stamp $(GPU)
	$(BIN)/cmake -S core/cuda -B build/rehearsal -G Ninja -DND_REHEARSAL=ON -DND_WARNINGS_AS_ERRORS=ON -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja > build/rehearsal.log || (cat build/rehearsal.log; false)
	$(BIN)/ninja -C build/rehearsal --quiet
	@touch $@

build/neighbours.stamp: build/native.stamp tests/neighbours.txt
	$(PYTHON) -m venv build/neighbours
	build/neighbours/bin/python -m pip install --quiet --disable-pip-version-check -r tests/neighbours.txt
	rm -rf build/wheel
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps --wheel-dir build/wheel .
	build/neighbours/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall build/wheel/*.whl
	@touch $@

build/wasm.stamp: $(CORE) $(PACKAGE) $(wildcard wasm/*.py)
	@mkdir -p build
	$(PYTHON) wasm/build.py
	@touch $@

build/npm.stamp: web/package-lock.json
	@command -v npm > /dev/null || (echo "ndgrad's page needs Node.js 20 or newer with npm; on Debian: apt-get install nodejs npm"; false)
	@mkdir -p build
	cd web && npm ci --no-audit --no-fund --loglevel error
	@touch $@

# The API reference, from the build and the tests' table, for the page to bring along.
build/reference.stamp: build/native.stamp $(wildcard tests/*.py tests/others/*.py) core/python/tools/reference.py
	$(BIN)/python core/python/tools/reference.py web/public/reference
	@touch $@

build/web.stamp: build/npm.stamp build/wasm.stamp build/reference.stamp $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/public/reference/*')
	cd web && npm run --silent build -- --logLevel warn
	@touch $@

jupyterlite: build/jupyterlite.stamp

build/jupyterlite-venv.stamp: web/jupyterlite/requirements.txt
	@mkdir -p build
	$(PYTHON) -m venv build/jupyterlite-venv
	build/jupyterlite-venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

build/jupyterlite.stamp: build/jupyterlite-venv.stamp build/npm.stamp build/wasm.stamp web/jupyterlite/build.py $(wildcard web/tutorials/autograd.*)
	build/jupyterlite-venv/bin/python web/jupyterlite/build.py
	@touch $@

build/chromium.stamp: BROWSER := chromium
build/firefox.stamp: BROWSER := firefox-esr
build/chromium.stamp build/firefox.stamp:
	@mkdir -p build
	@command -v $(BROWSER) > /dev/null || (apt-get update -qq && apt-get install -qq -y $(BROWSER) > /dev/null) \
	  || (echo "the browser tests need $(BROWSER) on PATH; on Debian, as root: apt-get install $(BROWSER)"; false)
	@touch $@

# -------------------------------------------------------------------------------------------------- the rest

lint: build/venv.stamp build/npm.stamp
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $(filter %.c %.h,$(CORE)) $(wildcard tests/c/*.[ch])
	cd web && npm run --silent format:check

format: build/venv.stamp build/npm.stamp
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .
	$(BIN)/clang-format -i $(filter %.c %.h,$(CORE)) $(wildcard tests/c/*.[ch])
	cd web && npm run --silent format

golden: build/native.stamp
	@test -n "$(MXNET_PYTHON)" || (echo "name a Python with MXNet: make golden MXNET_PYTHON=...; see tests/golden/record.py"; false)
	cd tests && ../$(BIN)/python -m golden.record $(MXNET_PYTHON)

# PEERS names other libraries' Pythons: make bench PEERS="PyTorch=/path/to/python MXNet=/path/to/python"
bench: build/native.stamp
	$(BIN)/python core/bench/native.py $(PEERS)
	for script in growth tape overhead kernels linalg; do $(BIN)/python core/bench/$$script.py; done

build/peers.stamp: $(wildcard core/bench/peers/web/*.mjs core/bench/peers/web/*.json)
	@mkdir -p build
	cd core/bench/peers/web && npm ci --no-audit --no-fund --loglevel error && npm run --silent build
	@touch $@

# NumPy for Pyodide, compiled here: some minutes, once.
build/peers-numpy.stamp: core/bench/peers/web/numpy_wheel.py
	$(PYTHON) core/bench/peers/web/numpy_wheel.py
	@touch $@

bench-browser: build/venv.stamp build/wasm.stamp build/npm.stamp build/peers.stamp build/peers-numpy.stamp build/chromium.stamp
	$(BIN)/python core/bench/browser.py

clean:
	rm -rf build dist web/dist web/node_modules
