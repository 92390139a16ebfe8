import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import { UsageError } from "../_usage_error.ts";

/** Many times as much as any list that a person writes. */
const MAX_CHARACTERS = 2 ** 20;

/** The way from the top of a file to something in it: names of keys, and numbers of items from 0. */
export type Path = readonly PropertyKey[];

/** What a YAML file holds, and where. */
export interface YamlFile {
  /** What it holds, as plain values. */
  readonly value: unknown;
  /**
   * Makes an error that tells where something is wrong.
   *
   * @param path What is wrong; where there is no such thing, what would hold it.
   * @param words What is wrong with it.
   * @param of Whether its key is wrong, or its value.
   */
  complaint(path: Path, words: string, of?: "key" | "value"): UsageError;
}

/**
 * Reads a YAML text: one document, as YAML 1.2 has it.
 *
 * @param text The text.
 * @param name What the file is called.
 * @throws {UsageError} If it is no YAML, with the line and column.
 */
export function yamlFile(text: string, name: string): YamlFile {
  if (text.length > MAX_CHARACTERS) {
    throw new UsageError(`Cannot use "${name}": ${text.length} characters are no list of feeds`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, words: string, cause?: unknown) => {
    const { line, col } = lines.linePos(offset);
    return new UsageError(`Cannot use "${name}": line ${line}, column ${col}: ${words}`, { cause });
  };
  const [flaw] = [...document.errors, ...document.warnings];
  if (flaw?.code === "MULTIPLE_DOCS") throw at(flaw.pos[0], "a list is one document", flaw);
  if (flaw) throw at(flaw.pos[0], lowered(flaw.message), flaw);
  visit(document, {
    Alias(_, node) {
      const words = `there is no anchor &${node.source} before this`;
      if (!node.resolve(document)) throw at(node.range?.[0] ?? 0, words);
    },
  });

  try {
    return {
      value: document.toJS(),
      complaint: (path, words, of = "value") => at(offsetOf(document, path, of), words),
    };
  } catch (cause) {
    throw new UsageError(`Cannot use "${name}": ${lowered((cause as Error).message)}`, { cause });
  }
}

/** Where something stands, in characters from the beginning; what holds it if it is not there. */
function offsetOf(document: Document.Parsed, path: Path, of: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [depth, step] of path.entries()) {
    const pair = childOf(isAlias(node) ? node.resolve(document) : node, step);
    if (!pair) break;
    const isWanted = depth === path.length - 1 && of === "key";
    offset = ((isWanted ? pair.key : pair.value) ?? pair.key)?.range?.[0] ?? offset;
    node = pair.value;
  }
  return path.length === 0 && document.contents ? document.contents.range[0] : offset;
}

/** A child of a node, with its key where it has one. */
function childOf(
  node: unknown,
  step: PropertyKey,
): { readonly key?: Node; readonly value?: Node | null } | undefined {
  if (isSeq<Node>(node)) {
    const value = node.items[Number(step)];
    return value && { value };
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  return node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
}

function lowered(words: string): string {
  return words.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}
