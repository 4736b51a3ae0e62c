complete -c cov-report -l to -d 'A format to write and where: a file ("-" is standard output, the default), or a directory for html' -r
complete -c cov-report -l project -d 'The root of the project, where sources and configuration are' -r -F
complete -c cov-report -l config -d 'The coverage.py configuration to read instead of the project\'s own' -r -F
complete -c cov-report -l include -d 'Report only files that match one of these patterns' -r
complete -c cov-report -l omit -d 'Report no file that matches one of these patterns' -r
complete -c cov-report -l contexts -d 'Report only what contexts ran that match one of these regular expressions' -r
complete -c cov-report -l precision -d 'Digits behind the point of percentages' -r
complete -c cov-report -l sort -d 'The order of the table: [+-]name, stmts, miss, branch, brpart or cover' -r
complete -c cov-report -l title -d 'The title of HTML pages' -r
complete -c cov-report -l show-missing -d 'Show the lines and branches that were missed'
complete -c cov-report -l no-show-missing -d 'Do not show them'
complete -c cov-report -l skip-covered -d 'Leave out files that miss nothing'
complete -c cov-report -l no-skip-covered -d 'Keep them'
complete -c cov-report -l skip-empty -d 'Leave out files without code'
complete -c cov-report -l no-skip-empty -d 'Keep them'
complete -c cov-report -l show-contexts -d 'Show the contexts of each line in html and coveragepy-json'
complete -c cov-report -l pretty-print -d 'Indent coveragepy-json'
complete -c cov-report -s i -l ignore-errors -d 'Do without sources that cannot be read'
complete -c cov-report -s q -l quiet -d 'Print no warnings'
complete -c cov-report -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cov-report -s V -l version -d 'Print version'
