import { z } from "zod";
import type { UsageError } from "../_usage_error.ts";
import type { RunOptions } from "../_run_options.ts";
import { isUrl } from "../_sources.ts";
import { hintFor, optionFrom, type Setting, SettingError, settingNames } from "./feed_settings.ts";
import { type Path, type YamlFile, yamlFile } from "./yaml_file.ts";

/** One feed of a list. */
export interface FeedSpec {
  /** What it is called. */
  readonly name: string;
  /** What is done with it; its source may still be in the environment. */
  readonly options: RunOptions;
  /** Makes an error that tells where in the file it stands. */
  readonly complaint: (words: string) => UsageError;
}

/** The outputs whose names may hold `{name}`, which is the feed's. */
const OUTPUTS = ["output", "jsonl", "mot", "coco", "csv"] as const;

const setting: z.ZodType<Setting> = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.union([z.string(), z.number()])),
], { error: "must be a text, a number, true or false, or a list of texts and numbers" });

const text = z.string({ error: "must be text" });

/** A feed's own keys; all others are settings. */
const FEED_KEYS = {
  name: text.regex(
    /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_. -]{0,62}$/u,
    "must be 1 to 63 letters, digits, spaces or any of _ . -, and begin with a letter or digit",
  ),
  url: text.min(1, "must not be empty").optional(),
  url_env: text.regex(/^[A-Za-z_]\w*$/, "must be the name of a variable").optional(),
};

/** What a list of feeds must be like, but for the settings, which the command line knows. */
const feedsSchema = z.strictObject({
  defaults: z.record(z.string(), setting, { error: "must hold settings, such as conf: 0.5" })
    .optional(),
  feeds: z.array(
    z.object(FEED_KEYS, { error: "must be a feed, with name and url" }).catchall(setting),
    { error: "must be a list of feeds, each with - name: and url:" },
  ).min(1, "must hold one feed at least"),
}, { error: 'must begin with "feeds:" or "defaults:"' });

/**
 * Reads a list of feeds.
 *
 * @param content The text of a YAML file.
 * @param file What the file is called.
 * @param base What holds where neither the feed nor the list's defaults say otherwise.
 * @returns The feeds in their order.
 * @throws {UsageError} If it makes no sense, with the line and column.
 */
export function feedsFrom(content: string, file: string, base: RunOptions): FeedSpec[] {
  const yaml = yamlFile(content, file);
  const { success, data, error } = feedsSchema.safeParse(yaml.value);
  if (!success) throw shapeError(yaml, error);
  const known = settingNames();
  const options = (
    settings: Readonly<Record<string, Setting>>,
    path: Path,
    others: readonly string[] = [],
  ) => optionsFrom(settings, { yaml, path, known, others });
  const defaults = options(data.defaults ?? {}, ["defaults"]);
  const names = new Set<string>();
  return data.feeds.map(({ name, url, url_env: sourceEnv, ...settings }, at) => {
    const path = ["feeds", at];
    if (names.has(name)) throw yaml.complaint([...path, "name"], `two feeds are called "${name}"`);
    names.add(name);
    const own = options(settings as Record<string, Setting>, path, Object.keys(FEED_KEYS));
    if ((url === undefined) === (sourceEnv === undefined)) {
      throw yaml.complaint(path, `feed "${name}" must have either url or url_env`);
    }
    const merged = { ...base, ...defaults, ...own };
    return {
      name,
      options: {
        ...named(merged, name),
        sources: url === undefined ? [] : [url],
        sourceEnv,
        sourcesFile: undefined,
      },
      complaint: (words) => yaml.complaint(path, `feed "${name}": ${words}`),
    };
  });
}

/** The options that settings mean. */
function optionsFrom(
  settings: Readonly<Record<string, Setting>>,
  { yaml, path, known, others }: {
    readonly yaml: YamlFile;
    readonly path: Path;
    readonly known: readonly string[];
    readonly others: readonly string[];
  },
): Partial<RunOptions> {
  let options: Partial<RunOptions> = {};
  for (const [name, value] of Object.entries(settings)) {
    try {
      options = { ...options, ...optionFrom(name, value, known, others) };
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      throw yaml.complaint([...path, name], error.message, error.of);
    }
  }
  return options;
}

/** Options in which `{name}` in the names of outputs is the name of the feed. */
function named(options: RunOptions, name: string): RunOptions {
  const outputs = OUTPUTS.flatMap((output) => {
    const place = options[output];
    if (place === undefined) return [];
    const filling = isUrl(place) ? encodeURIComponent(name) : name;
    return [[output, place.replaceAll("{name}", filling)]];
  });
  return { ...options, ...Object.fromEntries(outputs) };
}

/** What is wrong with the shape of a list; of several complaints, the first. */
function shapeError(yaml: YamlFile, { issues }: z.ZodError): UsageError {
  // A key that does not exist explains why another one is missing.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (!issue) throw new TypeError("A complaint is missing");
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const known = issue.path.length === 0 ? ["defaults", "feeds"] : [];
    const hint = hintFor(key, known);
    return yaml.complaint(
      [...issue.path, key],
      `there is no key ${JSON.stringify(key)}${hint}`,
      "key",
    );
  }
  const field = issue.path.at(-1);
  const isMissing = typeof field === "string" && valueAt(yaml.value, issue.path) === undefined;
  const subject = typeof field === "string" ? `${field}: ` : "";
  const words = isMissing ? `${field} is missing` : `${subject}${issue.message}`;
  return yaml.complaint(issue.path, words);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((inner, step) => (inner as Record<PropertyKey, unknown>)?.[step], value);
}
