import { findSimilar } from "@optique/core/suggestion";
import { parse, runOptionNames } from "../_parse.ts";
import type { RunOptions } from "../_run_options.ts";
import { UsageError } from "../_usage_error.ts";

/** What one setting of a feed may be. */
export type Setting = string | number | boolean | null | readonly (string | number)[];

/** The options that are a run's, and no single feed's. */
const OF_THE_RUN: ReadonlySet<string> = new Set(
  "sources source_env view metrics mqtt mqtt_env quiet debug help".split(" "),
);

/** Those of them that may be given beside a list. */
const BESIDE_A_LIST: ReadonlySet<string> = new Set(
  "view metrics mqtt mqtt_env quiet".split(" "),
);

/** What is wrong with one setting. */
export class SettingError extends Error {
  /** Whether the name of the setting is wrong, or its value. */
  readonly of: "key" | "value";

  /** Makes it out of what is wrong, in words. */
  constructor(message: string, of: "key" | "value") {
    super(message);
    this.of = of;
  }
}

/** The settings that a feed may have: the options of a run, with _ in the place of -. */
export function settingNames(): string[] {
  return runOptionNames().map((name) => name.slice(2).replaceAll("-", "_"))
    .filter((name) => !OF_THE_RUN.has(name) && !name.startsWith("no_"));
}

/**
 * What a setting says, as the command line reads it: a setting is an option, so that both take and
 * refuse the same.
 *
 * @param name Its name, such as `max_latency`.
 * @param setting Its value.
 * @param known The names that there are.
 * @param others What could have been meant besides.
 * @returns The option that it is.
 * @throws {SettingError} If there is no such setting, or not with that value.
 */
export function optionFrom(
  name: string,
  setting: Setting,
  known: readonly string[],
  others: readonly string[] = [],
): Partial<RunOptions> {
  if (BESIDE_A_LIST.has(name)) {
    const flag = `--${name.replaceAll("_", "-")}`;
    throw new SettingError(`there is no setting "${name}" of a feed: ${flag} is the run's`, "key");
  }
  if (!known.includes(name)) {
    const hint = hintFor(name, [...others, ...known]);
    throw new SettingError(`there is no setting ${JSON.stringify(name)}${hint}`, "key");
  }
  const flag = `--${name.replaceAll("_", "-")}`;
  const property = name === "region" ? "regions" : camelCase(name);
  const read = (args: readonly string[]) => parsed(name, property, args);
  if (setting === null) throw new SettingError(`${name}: it has no value`, "value");
  if (typeof setting === "boolean") {
    const option = read([flag]);
    return { [property]: setting && option };
  }
  return { [property]: read(textsFrom(name, setting).map((text) => `${flag}=${text}`)) };
}

/** What may have been meant by a name that does not exist; two letters of three may differ. */
export function hintFor(name: string, known: readonly string[]): string {
  const [closest] = findSimilar(name, [...known], { maxDistanceRatio: 0.7 });
  return closest === undefined ? "" : `: did you mean ${closest}?`;
}

/** One property of the options that arguments mean. */
function parsed(name: string, property: string, args: readonly string[]): unknown {
  try {
    const request = parse(["run", "SOURCE", ...args]);
    return new Map(Object.entries(request ?? {})).get(property);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const words = error.message.replace(/^\S*--[\w-]+:? /, "")
      .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
    throw new SettingError(`${name}: ${words}`, "value");
  }
}

/** The values of a setting as they would be typed: a list is one, but for several regions. */
function textsFrom(
  name: string,
  setting: string | number | readonly (string | number)[],
): string[] {
  if (typeof setting !== "object") return [String(setting)];
  const isSeveral = name === "region" && setting.some((item) => /,/.test(String(item)));
  return isSeveral ? setting.map(String) : [setting.join(",")];
}

function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
