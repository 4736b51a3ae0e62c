# The coverage pipeline as file rules: run -> merge -> report -> gate and diff.
#
# Use it from a Makefile of your own:
#
#     include path/to/cov.mk
#     test: coverage
#
# Variables, on make's command line or before the include:
#
#     PROJECT          the project's root                             (.)
#     OUT              where everything is written                    (PROJECT/.cov)
#     N                workers                                        (what the project's own -n says, else auto)
#     FAIL_UNDER       least percentage of coverage                   (fail_under of the project's configuration, else none)
#     BASE             git revision that changes are compared with    (no check of changes)
#     DIFF             a diff file to check instead of BASE
#     DIFF_FAIL_UNDER  least percentage of changed lines covered      (shown, not judged)
#     PYTHON           the interpreter of the tests                   (cov-run's own choice)
#     PYTEST_ARGS      more arguments for pytest
#     COV_BIN          directory of the tools, with its last /        (the PATH)

PROJECT ?= .
OUT ?= $(PROJECT)/.cov

cov_run_flags = $(if $(N),-n $(N)) $(if $(PYTHON),--python $(PYTHON)) $(if $(PYTEST_ARGS),-- $(PYTEST_ARGS))
cov_base = $(if $(DIFF),--diff $(DIFF),--base $(BASE))
cov_diff_under = $(if $(DIFF_FAIL_UNDER),--fail-under $(DIFF_FAIL_UNDER))

.DELETE_ON_ERROR:
.PHONY: coverage cov-clean cov-always

# The verdicts are kept in files and shown each time. A verdict that is "no" fails its rule, and its file goes.
coverage: $(OUT)/gate.txt $(if $(DIFF)$(BASE),$(OUT)/diff.txt)
	@cat $^

# A stamp, and not cov-run's own files, so that a failed run leaves its profile, its manifest and its JUnit file.
$(OUT)/tests.passed: $(OUT)/inputs.txt
	$(COV_BIN)cov-run --project $(PROJECT) --out $(abspath $(OUT)) $(cov_run_flags)
	@touch $@

$(OUT)/coverage.json: $(OUT)/tests.passed
	$(COV_BIN)cov-merge $(OUT)/profile-1of1.json $(OUT)/run-1of1.json -o $@

# HTML goes where the project's configuration says (htmlcov).
$(OUT)/report.txt $(OUT)/report.md $(OUT)/coverage.xml &: $(OUT)/coverage.json
	$(COV_BIN)cov-report $< --project $(PROJECT) --to html \
	  --to markdown=$(OUT)/report.md --to cobertura=$(OUT)/coverage.xml --to text=$(OUT)/report.txt
	@cat $(OUT)/report.txt

$(OUT)/gate.txt: $(OUT)/coverage.json $(OUT)/rules.txt | $(OUT)/report.txt
	@$(COV_BIN)cov-gate $< --project $(PROJECT) --allow-no-threshold \
	  $(if $(FAIL_UNDER),--fail-under $(FAIL_UNDER)) > $@ || { status=$$?; cat $@; exit $$status; }

# What BASE means, git alone knows: that check runs each time.
$(OUT)/diff.txt: $(OUT)/coverage.json $(OUT)/rules.txt $(if $(DIFF),$(DIFF),cov-always) | $(OUT)/gate.txt
	@$(COV_BIN)diff-cov $< --project $(PROJECT) $(cov_base) $(cov_diff_under) \
	  --to markdown=$(OUT)/diff.md --to text > $@ || { status=$$?; cat $@; exit $$status; }

# All files of the project by content, so that an added, a changed and a deleted file are noticed and a touched one is not.
$(OUT)/inputs.txt: cov-always | $(OUT)/.gitignore
	@( echo '$(cov_run_flags)'; \
	   cd $(PROJECT) && find . \( -name '.?*' -o -name __pycache__ -o -name htmlcov -o -name node_modules -o -name venv \) -prune \
	     -o -type f ! -name '*.py[co]' ! -name coverage.xml -exec cksum {} + | LC_ALL=C sort -k 3 ) > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(OUT)/rules.txt: cov-always | $(OUT)/.gitignore
	@echo '$(FAIL_UNDER) $(cov_base) $(cov_diff_under)' > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# What stands in here is made, and stays out of git.
$(OUT)/.gitignore:
	@mkdir -p $(OUT) && echo '*' > $@

cov-always:

cov-clean:
	rm -rf $(OUT)
