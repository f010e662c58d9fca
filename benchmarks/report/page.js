(() => {
  const table = document.getElementById("rows"), body = table.tBodies[0], rows = [...body.rows];
  const form = document.querySelector(".controls"), field = (name) => document.getElementById(name);
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  const filter = () => {
    const words = field("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = (row.cells[0].textContent + " " + row.cells[1].textContent).toLowerCase();
      const fits = ["python", "suite", "verdict"].every((name) => !field(name).value || row.dataset[name] === field(name).value);
      row.hidden = !(fits && words.every((word) => text.includes(word)));
      shown += !row.hidden;
    }
    field("count").textContent = `${shown} of ${rows.length} rows`;
  };
  form.addEventListener("input", filter);
  filter();
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? (column < 2 ? cell.textContent : null) : Number(cell.dataset.value);
  };
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.sort((one, two) => {
        const a = value(one, column), b = value(two, column);
        if (a === null || b === null) return (a === null) - (b === null);
        return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
      });
      body.append(...rows);
    });
  });
})();
