import { runParserSync } from "@optique/core/facade";
import { formatMessage, type Message, message } from "@optique/core/message";
import { suggestSync } from "@optique/core/parser";
import { findSimilar } from "@optique/core/suggestion";
import manifest from "../deno.json" with { type: "json" };
import { programArguments, programFooter, type Request } from "./_arguments.ts";
import { stdout } from "./_console.ts";
import { printHelp } from "./help/quick_answer.ts";
import { withSource } from "./_source_env.ts";
import { withUsualPorts } from "./_view_address.ts";
import { UsageError } from "./_usage_error.ts";

/** A message as one line. */
function lineFrom(parts: Message): string {
  return formatMessage(parts).replaceAll("`", "").replaceAll(/\s+/g, " ").trim().replace(/\.$/, "");
}

/** What could be typed in place of an argument. */
function possibleAt(args: readonly string[], at: number): string[] {
  const before = args.slice(0, at);
  return ["", "-", "--"].flatMap((prefix) => {
    const [first = "", ...others] = [...before, prefix];
    return suggestSync(programArguments, [first, ...others]);
  }).flatMap((suggestion) => suggestion.kind === "literal" ? [suggestion.text] : []);
}

/** The complaint about arguments, with what may have been meant. */
function usageErrorFrom(error: Message, args: readonly string[]): UsageError {
  const line = lineFrom(error);
  const [, unexpected] = /^Unexpected option or subcommand: (.+?)(?:\. Did|$)/.exec(line) ?? [];
  if (unexpected === undefined) return new UsageError(line);
  const possible = possibleAt(args, args.indexOf(unexpected));
  // Two letters of three may differ, as in "rnu".
  const similar = new Set(findSimilar(unexpected, possible, { maxDistanceRatio: 0.7 }));
  const kind = unexpected.startsWith("-") ? "option" : "command";
  const commands = possible.filter((text) => /^[a-z]/.test(text));
  const hint = similar.size > 0
    ? `: did you mean ${[...similar].join(" or ")}?`
    : kind === "command" && commands.length > 0
    ? `: did you mean one of ${commands.join(", ")}?`
    : "";
  return new UsageError(`Unknown ${kind} ${unexpected}${hint}`);
}

/** The options of `steadybox run`, such as `--conf`. */
export function runOptionNames(): string[] {
  return [...new Set(possibleAt(["run"], 1))].filter((name) => name.startsWith("--"));
}

/** The names of all commands, such as `models prune`. */
export function commandNames(within: readonly string[] = []): string[] {
  const names = possibleAt(within, within.length).filter((text) => /^[a-z]/.test(text));
  return [...new Set(names)].flatMap((name) => {
    const path = [...within, name];
    return [path.join(" "), ...commandNames(path)];
  });
}

/** Options for {@linkcode parse}. */
export interface ParseOptions {
  /**
   * Takes the text of help with the signs for colours, one line for each paragraph and each option.
   *
   * @default {printHelp}
   */
  readonly onHelp?: (text: string) => void;
}

/**
 * Reads the program's arguments.
 *
 * @param args The arguments.
 * @param options What becomes of help.
 * @returns What they ask for; nothing where help, the version or a completion was asked for, which
 * has been printed then.
 * @throws {UsageError} If they make no sense.
 */
export function parse(
  args: readonly string[],
  { onHelp = printHelp }: ParseOptions = {},
): Request | undefined {
  if (args.length === 0) return parse(["--help"], { onHelp });
  if (args[0] === "run") args = withUsualPorts(args);
  let answer = "";
  const print = () => stdout.write(`${answer}\n`);
  const request = runParserSync(programArguments, "steadybox", args, {
    brief: message`Steady boxes: finds faces and objects in a video, and draws and lists them.`,
    footer: programFooter,
    help: {
      option: { names: ["-h", "--help"] },
      command: true,
      onShow: () => onHelp(answer.replaceAll(/ +$/gm, "")),
    },
    version: { option: { names: ["-V", "--version"] }, value: manifest.version, onShow: print },
    completion: { command: true, onShow: print },
    usageLine: [{ type: "command", name: "COMMAND" }, { type: "literal", value: "..." }],
    showDefault: { prefix: " (default: ", suffix: ")" },
    colors: true, // They are taken out where there are none.
    aboveError: "none",
    stdout: (text) => void (answer = text),
    stderr: () => {},
    onError(_, error) {
      throw usageErrorFrom(error, args);
    },
  }) as Request | undefined;
  return request?.command === "run" ? withSource(request) : request;
}
