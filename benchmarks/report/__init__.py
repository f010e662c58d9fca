"""Reports of benchmark runs: Markdown pages, plots, one HTML page and the figures of README.md, all made from the JSON."""
