/** Strings, marks, and all else that stands by itself. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** A list or an object that is being read. */
interface Level {
  readonly isList: boolean;
  /** Which of its values comes, by number or name. */
  key: number | string;
  /** Whether a name comes next. */
  isNamed: boolean;
}

/**
 * The line on which a value of a JSON text begins, or its name where it has one.
 *
 * @param text The text, which must be JSON.
 * @param path The names and numbers that lead to the value.
 * @returns The line, from 1; 1 where there is no such value.
 *
 * @example The second label
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(jsonLineOf('{\n  "labels": [\n    "a",\n    7\n  ]\n}', ["labels", 1]), 4);
 * ```
 */
export function jsonLineOf(text: string, path: readonly PropertyKey[]): number {
  const wanted = JSON.stringify(path);
  const levels: Level[] = [];
  const isHere = () => JSON.stringify(levels.map(({ key }) => key)) === wanted;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    const level = levels.at(-1);
    if (token === "}" || token === "]") levels.pop();
    else if (token === "," && level?.isList) level.key = Number(level.key) + 1;
    else if (token === "," && level) level.isNamed = true;
    if (/^[}\],:]$/.test(token)) continue;
    if (level?.isNamed && token.startsWith('"')) {
      [level.key, level.isNamed] = [JSON.parse(token), false];
      if (isHere()) return lineAt(text, index);
      continue;
    }
    if (level?.isList && isHere()) return lineAt(text, index);
    if (token === "{") levels.push({ isList: false, key: "", isNamed: true });
    else if (token === "[") levels.push({ isList: true, key: 0, isNamed: false });
  }
  return 1;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
