import { shownName } from "../stages/live/output_target.ts";

/**
 * A command's arguments as they may be shown and kept: no URL has what nobody should see, and where
 * it had, dots say so.
 */
export function shownArguments(args: readonly string[]): string[] {
  return args.map((argument) => {
    const [, option = "", url] = /^(-[\w-]*=)?([a-z][a-z0-9+.-]*:\/\/.*)$/is.exec(argument) ?? [];
    if (url === undefined) return argument;
    const shown = shownName(url);
    const host = shown.replace(/^.*:\/\/([^/?]*).*$/s, "$1");
    return option + (url.includes(`://${host}`) ? shown : shown.replace("://", "://…@"));
  });
}
