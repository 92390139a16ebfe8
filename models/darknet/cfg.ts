import { ModelError } from "../../pipeline/errors.ts";

/** A line `key=value` of a `.cfg` file. */
export interface CfgOption {
  /** What stands before the `=`. */
  readonly key: string;
  /** What stands behind it, without spaces. */
  readonly value: string;
  /** The number of the line, from 1. */
  readonly line: number;
}

/** A part of a `.cfg` file that begins with a name in brackets: a layer, or what holds for all. */
export interface CfgSection {
  /** The name, such as `convolutional`. */
  readonly name: string;
  /** The number of the line of the name, from 1. */
  readonly line: number;
  /** The lines below it. */
  readonly options: readonly CfgOption[];
}

/** More sections than this has no network that is run here; a file of nothing but them ends here. */
const MAX_SECTIONS = 4096;

/**
 * Reads the text of a Darknet `.cfg` file. Spaces mean nothing in it; what follows a `#` or `;` is a
 * comment (Darknet, parser.c, `read_cfg`).
 *
 * @param text The text.
 * @returns Its sections.
 * @throws {ModelError} If a line is neither a section, an option nor a comment.
 *
 * @example A section
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const [net] = parseCfg("[net]\nwidth = 416 # pixels\n");
 * assertEquals(net?.options, [{ key: "width", value: "416", line: 2 }]);
 * ```
 */
export function parseCfg(text: string): CfgSection[] {
  const sections: { name: string; line: number; options: CfgOption[] }[] = [];
  for (const [i, raw] of text.split("\n").entries()) {
    const line = i + 1;
    const content = raw.replace(/[#;].*/, "").replaceAll(/\s/g, "");
    if (content === "") continue;
    const [, name] = /^\[(\w+)\]$/.exec(content) ?? [];
    const [, key, value] = /^([\w-]+)=(.*)$/.exec(content) ?? [];
    if (name !== undefined) sections.push({ name, line, options: [] });
    else if (key === undefined || value === undefined) {
      throw cfgError(line, "it is neither a section, an option nor a comment");
    } else if (sections.length === 0) throw cfgError(line, "an option stands before any section");
    else sections.at(-1)?.options.push({ key, value, line });
    if (sections.length > MAX_SECTIONS) throw cfgError(line, `over ${MAX_SECTIONS} sections`);
  }
  return sections;
}

/**
 * Writes sections as the text of a `.cfg` file: the inverse of {@linkcode parseCfg}, but for the
 * comments.
 *
 * @param sections The sections.
 * @returns The text.
 */
export function formatCfg(sections: readonly CfgSection[]): string {
  return sections.map(({ name, options }) =>
    [`[${name}]`, ...options.map(({ key, value }) => `${key}=${value}`), ""].join("\n")
  ).join("\n");
}

/**
 * The error of a line in a `.cfg` file.
 *
 * @param line The number of the line, from 1.
 * @param reason What is wrong with it.
 * @param cause The error behind it, if there is one.
 * @returns The error.
 */
export function cfgError(line: number, reason: string, cause?: unknown): ModelError {
  return new ModelError(`Cannot read the Darknet network: line ${line} of its cfg: ${reason}`, {
    ...cause !== undefined && { cause },
  });
}
