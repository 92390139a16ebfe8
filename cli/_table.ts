import { displayWidth } from "./_display_width.ts";

/** A column of a table. */
export interface Column {
  /** What stands above it. */
  readonly title: string;
  /** On which side its texts stand in line: `right` for numbers. */
  readonly align?: "left" | "right";
}

function padded(text: string, columns: number, align: "left" | "right" = "left"): string {
  const padding = " ".repeat(Math.max(0, columns - displayWidth(text)));
  return align === "right" ? padding + text : text + padding;
}

/** Rows of texts in columns that stand in line, under their titles; every line ends in a newline. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, at) =>
    Math.max(...lines.map((line) => displayWidth(line[at] ?? "")))
  );
  return lines.map((line) => {
    const cells = columns.map(({ align }, at) => padded(line[at] ?? "", widths[at] ?? 0, align));
    return cells.join("  ").trimEnd() + "\n";
  }).join("");
}

/** Names and what belongs to each, in two columns; every line ends in a newline. */
export function pairs(rows: readonly (readonly [string, string])[], indent = ""): string {
  const width = Math.max(0, ...rows.map(([name]) => displayWidth(name)));
  return rows.map(([name, value]) =>
    `${indent}${padded(name, width)}  ${
      value.replaceAll("\n", `\n${indent}${" ".repeat(width)}  `)
    }`
      .trimEnd() + "\n"
  ).join("");
}
