import { plainText } from "./plain_text.ts";

/** Text that is markup already: only {@linkcode html} and {@linkcode trusted} make it. */
export class Markup {
  /** The markup. */
  readonly text: string;

  /** Only for this file. */
  constructor(text: string) {
    this.text = text;
  }

  /** The markup. */
  toString(): string {
    return this.text;
  }
}

/** What can stand between pieces of markup. */
export type Insertion = Markup | string | number | undefined | false | readonly Insertion[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * A name for a place with little room: what is too long loses its middle.
 *
 * @param name The name.
 * @param letters How many letters it may have.
 * @returns The name, as {@linkcode plainText}.
 *
 * @example A long name
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shortened("a_very_long_name.mp4", 11), "a_ver…e.mp4");
 * ```
 */
export function shortened(name: string, letters: number): string {
  const all = [...plainText(name)];
  if (all.length <= letters) return all.join("");
  const half = (letters - 1) / 2;
  return `${all.slice(0, Math.ceil(half)).join("")}…${all.slice(-Math.floor(half)).join("")}`;
}

/**
 * Names for rows with little room, each another one.
 *
 * @param names The names.
 * @param letters How many letters each may have.
 * @returns The names by {@linkcode shortened}; those that would be alike are numbered.
 */
export function rowNames(names: readonly string[], letters: number): string[] {
  const short = names.map((name) => shortened(name, letters));
  return short.map((name, at) => short.indexOf(name) === at ? name : `${name} (${at + 1})`);
}

/**
 * A text as markup that shows it, within an element or a quoted attribute.
 *
 * @param text The text.
 * @returns The escaped text.
 */
export function escaped(text: string): string {
  return plainText(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/**
 * Takes text for markup, as it is.
 *
 * @param markup What this program made itself, or a library made out of plain text.
 * @returns The markup.
 */
export function trusted(markup: string): Markup {
  return new Markup(markup);
}

function inserted(insertion: Insertion): string {
  if (insertion === undefined || insertion === false) return "";
  if (insertion instanceof Markup) return insertion.text;
  if (typeof insertion === "object") return insertion.map(inserted).join("");
  return escaped(String(insertion));
}

/**
 * Markup with texts in it, each of which is escaped, so that none can be more than text.
 *
 * @param parts The markup around the texts.
 * @param insertions The texts; lists are joined, what is `undefined` or `false` is left out.
 * @returns The markup.
 *
 * @example A name that would be an element
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(html`<p>${"<b>"}</p>`.text, "<p>&lt;b&gt;</p>");
 * ```
 */
export function html(parts: TemplateStringsArray, ...insertions: Insertion[]): Markup {
  const text = parts.map((part, at) => part + inserted(insertions[at]));
  return new Markup(text.join(""));
}
