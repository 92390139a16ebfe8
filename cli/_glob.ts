/** What the parts of a glob that are not plain characters become. */
function partFrom(part: string): string {
  if (part === "*") return ".*";
  if (part === "?") return ".";
  if (part.length > 1 && part.startsWith("[")) {
    const inside = part.slice(1, -1).replace(/^!/, "^").replaceAll(/[\\[\]&~|]/g, "\\$&");
    return `[${inside}]`;
  }
  if (part.length > 1 && part.startsWith("{")) {
    const choices = part.slice(1, -1).split(",");
    return `(?:${choices.map(sourceFrom).join("|")})`;
  }
  return RegExp.escape(part);
}

function sourceFrom(glob: string): string {
  const parts = glob.match(/\*+|\?|\[!?[^\]]+\]|\{[^{}]*\}|./gsu) ?? [];
  return parts.map((part) => partFrom(part.startsWith("*") ? "*" : part)).join("");
}

/**
 * What matches a name as a shell's glob does: `*`, `?`, `[a-z]`, `[!a-z]` and `{one,other}`. A name
 * that begins with a dot is matched only by a glob that does.
 *
 * @example Pictures of two kinds
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["a.png", "b.jpg", "c.txt"].map((name) => regExpFromGlob("*.{png,jpg}").test(name)), [
 *   true,
 *   true,
 *   false,
 * ]);
 * ```
 */
export function regExpFromGlob(glob: string): RegExp {
  const start = glob.startsWith(".") ? "^" : "^(?!\\.)";
  try {
    return new RegExp(`${start}${sourceFrom(glob)}$`, "su");
  } catch {
    return new RegExp(`^${RegExp.escape(glob)}$`, "su"); // A range that runs backwards, as in [z-a].
  }
}
