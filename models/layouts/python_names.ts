/** More names than any network has classes. */
const MAX_NAMES = 100_000;

/** A string of Python, a whole number, or a mark. */
const TOKENS = /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(\d{1,6})|([{}[\],:]))/gsuy;

/**
 * The names of classes as Ultralytics keeps them in an ONNX file's metadata: a dictionary or a list of
 * Python as text, such as `{0: 'person', 1: "bird's nest"}`. It is read, never run.
 *
 * @param text The text.
 * @returns The names, by class number; `undefined` if it is no such text, or a number is left out.
 *
 * @example Two names
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pythonNames(`{0: 'person', 1: "bird's nest"}`), ["person", "bird's nest"]);
 * assertEquals(pythonNames("__import__('os')"), undefined);
 * ```
 */
export function pythonNames(text: string): readonly string[] | undefined {
  const tokens = tokensOf(text);
  if (!tokens || tokens.length < 3) return undefined;
  const [open, close] = [tokens[0], tokens.at(-1)];
  const inner = tokens.slice(1, -1);
  if (inner.at(-1) === ",") inner.pop(); // As Python allows.
  if (open === "[" && close === "]") return named(inner, 2, (entry) => entry);
  if (open !== "{" || close !== "}") return undefined;
  return named(
    inner,
    4,
    ([id, colon, name], place) => Number(id) === place && colon === ":" ? [name] : [],
  );
}

/** Entries of so many tokens, the last of which is a comma, with a name in each. */
function named(
  tokens: readonly string[],
  step: number,
  nameIn: (entry: string[], place: number) => (string | undefined)[],
): readonly string[] | undefined {
  if ((tokens.length + 1) % step !== 0) return undefined;
  const names: string[] = [];
  for (let start = 0; start < tokens.length; start += step) {
    const comma = tokens[start + step - 1];
    if (comma !== undefined && comma !== ",") return undefined;
    const [name] = nameIn(tokens.slice(start, start + step - 1), start / step);
    if (name === undefined || !/^['"]/.test(name)) return undefined;
    names.push(unescaped(name.slice(1, -1)));
  }
  return names.length <= MAX_NAMES && names.every((name) => name !== "") ? names : undefined;
}

function tokensOf(text: string): string[] | undefined {
  const tokens: string[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    tokens.push(match[1] ?? match[2] ?? match[3] ?? "");
    end = match.index + match[0].length;
  }
  return text.slice(end).trim() === "" ? tokens : undefined;
}

/** What Python's escapes stand for; control characters become spaces, as a name is one line. */
function unescaped(text: string): string {
  return text
    .replace(
      /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/gsi,
      (all, x?: string, u?: string, long?: string, other?: string) => {
        if (other !== undefined) return "abfnrtv".includes(other) ? " " : other;
        const code = parseInt(x ?? u ?? long ?? "", 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : all;
      },
    )
    .replace(/\p{Cc}/gu, " ").trim();
}
