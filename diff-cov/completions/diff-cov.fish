complete -c diff-cov -l base -d 'Compare with the merge base of REF and HEAD' -r
complete -c diff-cov -l only -d 'Take only a part of what changed: committed since the base, staged, or neither staged nor committed' -r -f -a "committed\t'What was committed since the base'
staged\t'What is staged'
unstaged\t'What is not staged'"
complete -c diff-cov -l range -d 'Take the commits of a range, as in git diff: A..B, or A...B from the merge base of both on' -r
complete -c diff-cov -l diff -d 'Take the change from a diff file instead of git; - is standard input' -r
complete -c diff-cov -l before -d 'Compare the project with an older copy of it, without git' -r -F
complete -c diff-cov -l project -d 'The project\'s directory, which the names of files in the reports start from' -r -F
complete -c diff-cov -l exclude -d 'Leave files out that match, as in coverage.py\'s omit; repeatable' -r
complete -c diff-cov -l excuse -d 'Do not count changed lines that differ in white space alone, or that stood elsewhere before' -r -f -a "whitespace\t'Those that differ in white space alone'
moved\t'Those of blocks that stood elsewhere before'"
complete -c diff-cov -l baseline -d 'An earlier report, made before the change: tell what became of everything since' -r
complete -c diff-cov -l fail-under -d 'The least percentage of changed lines that must be covered, compared exactly' -r
complete -c diff-cov -l branches -d 'The least percentage of the arms of branches on changed lines' -r
complete -c diff-cov -l functions -d 'The least percentage of changed functions that must be called' -r
complete -c diff-cov -l max-lost -d 'How many lines that did not change may have lost their coverage since the baseline' -r
complete -c diff-cov -l rule -d 'What must hold of some files: \'GLOB: METRIC >= PCT\' or \'GLOB: lost <= N\', each GLOB for each file alone; repeatable' -r
complete -c diff-cov -l min-lines -d 'Do not judge percentages of a change of fewer lines' -r
complete -c diff-cov -l to -d 'What to write, and where; repeatable; standard output without a path [default: text]' -r
complete -c diff-cov -l untracked -d 'Count new files that git does not track yet as changed'
complete -c diff-cov -l allow-stale -d 'Follow lines through the difference where a file is not the one that was measured, as far as git still has that one'
complete -c diff-cov -l all-files -d 'Demand that every changed file of code is in the report, not only some'
complete -c diff-cov -l tests -d 'Print the tests that ran the changed lines instead, for cov-run --tests-from -'
complete -c diff-cov -s q -l quiet -d 'Print one line only'
complete -c diff-cov -s v -l verbose -d 'Say on standard error how files were found, and what was left out'
complete -c diff-cov -s h -l help -d 'Print help (see more with \'--help\')'
complete -c diff-cov -s V -l version -d 'Print version'
