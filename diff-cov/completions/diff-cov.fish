complete -c diff-cov -l base -d 'Compare with the merge base of REF and HEAD' -r
complete -c diff-cov -l diff -d 'Take the change from a diff file instead of git; - is standard input' -r
complete -c diff-cov -l before -d 'Compare the project with an older copy of it, without git' -r -F
complete -c diff-cov -l project -d 'The project\'s directory, which the names of files in the reports start from' -r -F
complete -c diff-cov -l exclude -d 'Leave files out that match, as in coverage.py\'s omit; repeatable' -r
complete -c diff-cov -l fail-under -d 'The least percentage of changed lines that must be covered, compared exactly' -r
complete -c diff-cov -l to -d 'What to write, and where: text, markdown or json; repeatable; standard output without a path [default: text]' -r
complete -c diff-cov -l untracked -d 'Count new files that git does not track yet as changed'
complete -c diff-cov -s q -l quiet -d 'Print one line only'
complete -c diff-cov -s v -l verbose -d 'Say on standard error how files were found, and what was left out'
complete -c diff-cov -s h -l help -d 'Print help (see more with \'--help\')'
complete -c diff-cov -s V -l version -d 'Print version'
