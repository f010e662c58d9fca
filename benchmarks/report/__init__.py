"""Reports from the result of a run: Markdown, plots and a page."""
