import { basename, dirname, resolve } from "node:path";
import { z } from "zod";
import { ModelError } from "../pipeline/errors.ts";
import { NETWORK_DESCRIPTION_FIELDS, type NetworkDescription } from "./layouts/description.ts";
import { readModelFile } from "./model_file.ts";
import { jsonLineOf } from "./_json_line.ts";

/** A thousand times as much as any card that a person writes. */
const MAX_CARD_BYTES = 2 ** 20;

/** What a user tells of a network, in a JSON file of theirs. */
export interface UserCard extends NetworkDescription {
  /** What the model is called; the card's own name without `.json` where absent. */
  readonly name?: string | undefined;
  /** The licence of the weights, as an SPDX identifier or in words. */
  readonly licence?: string | undefined;
  /** Where the model comes from, such as the page that describes it. */
  readonly source?: string | undefined;
  /** The model's file, from the directory of the card. */
  readonly file?: string | undefined;
  /** Where the model's file is downloaded from, in place of `file`. */
  readonly url?: string | undefined;
  /** The SHA-256 of the model's file, in hexadecimal digits. */
  readonly sha256?: string | undefined;
}

/** Text that fits on one line. */
const line = z.string().regex(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u, "must be text on one line");

/** What a {@linkcode UserCard} must be like. */
export const userCardSchema: z.ZodType<UserCard> = z.strictObject({
  name: line.optional(),
  licence: line.optional(),
  source: line.optional(),
  file: line.optional(),
  url: z.string().regex(/^https?:\/\//i, "must begin with https://").optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/i, "must be 64 hexadecimal digits").optional(),
  ...NETWORK_DESCRIPTION_FIELDS,
}).refine(({ file, url }) => (file === undefined) !== (url === undefined), {
  message: 'must have either "file" or "url"',
});

/** A card that was read. */
export interface ReadCard extends Pick<UserCard, "licence" | "source" | "sha256"> {
  /** What the model is called. */
  readonly name: string;
  /** The path or URL of the model's file. */
  readonly place: string;
  /** What it tells of the network. */
  readonly description: NetworkDescription;
}

/**
 * Reads a user's card.
 *
 * @param path Where it lies.
 * @returns The card; what it calls `file` is seen from its own directory.
 * @throws {ModelError} If it cannot be read or makes no sense, with the line and the field.
 */
export async function readUserCard(path: string): Promise<ReadCard> {
  const { bytes } = await readModelFile(path);
  if (bytes.length > MAX_CARD_BYTES) {
    throw new ModelError(`Cannot use the card "${path}": ${bytes.length} bytes are no card`);
  }
  const { name, licence, source, file = "", url, sha256, ...description } = parsedCard(
    path,
    new TextDecoder().decode(bytes),
  );
  return {
    name: name ?? (basename(path).replace(/\.json$/i, "") || "card"),
    licence,
    source,
    sha256: sha256?.toLowerCase(),
    place: url ?? resolve(dirname(path), file),
    description,
  };
}

function parsedCard(path: string, text: string): UserCard {
  const { success, data, error } = userCardSchema.safeParse(jsonFrom(path, text));
  if (success) return data;
  const [issue] = error.issues;
  if (!issue) throw new ModelError(`Cannot use the card "${path}"`, { cause: error });
  const unknown = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const field = [...issue.path, ...unknown];
  const words = unknown.length > 0 ? "there is no such field" : issue.message;
  const place = field.length > 0 ? `, ${fieldText(field)}` : "";
  throw new ModelError(
    `Cannot use the card "${path}": line ${jsonLineOf(text, field)}${place}: ${lowered(words)}`,
    { cause: error },
  );
}

function jsonFrom(path: string, text: string): unknown {
  const complaint = jsonComplaint(text);
  if (complaint === undefined) return JSON.parse(text);
  // Behind "in JSON", or the comma, stands where, or all of the text.
  const [words = complaint] = complaint.split(/ in JSON|, (?="|\.\.\.)/);
  throw new ModelError(`Cannot use the card "${path}": line ${wrongLine(text)}: ${lowered(words)}`);
}

/** What is wrong with a text as JSON, in the engine's words. */
function jsonComplaint(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The line, from 1, behind which a text cannot become JSON any more; the engine tells not always. */
function wrongLine(text: string): number {
  const lines = text.split("\n");
  const canGoOn = (count: number) => {
    const begun = lines.slice(0, count).map((line) => `${line}\n`).join("");
    const complaint = jsonComplaint(begun) ?? "end";
    const [, position] = /position (\d+)/.exec(complaint) ?? [];
    return position === undefined ? /end/.test(complaint) : Number(position) >= begun.length;
  };
  let [good, bad] = [0, lines.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (canGoOn(middle)) good = middle;
    else bad = middle;
  }
  return bad;
}

/** A field as one would write it in a program: `labels[2]`. */
function fieldText(field: readonly PropertyKey[]): string {
  return field.map((key, at) =>
    typeof key === "number" ? `[${key}]` : `${at > 0 ? "." : ""}${String(key)}`
  ).join("");
}

function lowered(words: string): string {
  return words.replace(/^Invalid input: /, "").replace(
    /^[A-Z](?=[a-z])/,
    (letter) => letter.toLowerCase(),
  );
}
