"""Reports of benchmark runs, all made from the JSON: Markdown pages, plots, an HTML page, the figures of README.md."""
