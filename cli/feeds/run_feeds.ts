import { waited } from "../../stages/live/waited.ts";
import { stderr } from "../_console.ts";
import { complaintAbout, EXIT } from "../_exit.ts";
import { counted } from "../_format.ts";
import { Interruption } from "../_interruption.ts";
import type { RunOptions } from "../_run_options.ts";
import { View } from "../_view.ts";
import { FeedList } from "./feed_list.ts";
import { FeedsDisplay } from "./feeds_display.ts";
import { type Changes, FeedSet } from "./feed_set.ts";

/** How often it is looked whether the list was edited, in milliseconds. */
const LOOK_MS = 500;

/**
 * `steadybox run --sources`: many feeds at once, as a list has them, each as though it were alone but for
 * the networks, which they share. The list may be edited meanwhile.
 *
 * @param file Where the list is.
 * @param options What holds for all that the list does not say.
 * @returns The exit code: that of the first feed that failed, if any did.
 * @throws {UsageError} If the list makes no sense at the start.
 * @throws {SteadyboxError} If a feed of it cannot be run at the start.
 */
export async function runFeeds(file: string, options: RunOptions): Promise<number> {
  using interruption = new Interruption();
  const { signal } = interruption;
  const list = new FeedList(file, options);
  using display = new FeedsDisplay(stderr, options.quiet);
  await using view = await View.open(options, display.print);
  let pause = new AbortController();
  const feeds = new FeedSet(interruption, {
    print: display.print,
    complain: display.complain,
    view,
    onEnd: () => pause.abort(),
  });
  display.follow(feeds);
  signal.addEventListener("abort", () => {
    display.print("Interrupted: finishing what was begun; once more ends at once");
    pause.abort();
  });
  try {
    await feeds.apply(await list.read());
  } catch (error) {
    if (interruption.exitCode === undefined) throw error;
  }
  while (feeds.isRunning && !signal.aborted) {
    pause = new AbortController();
    await waited(LOOK_MS, pause.signal);
    if (!feeds.isRunning || signal.aborted) break;
    try {
      const specs = await list.edited();
      if (specs) display.print(changesText(await feeds.apply(specs)));
    } catch (error) {
      if (signal.aborted) break;
      display.complain(`${complaintAbout(error)}; the feeds go on as they were`);
    }
  }
  await feeds.ended();
  await view.end(interruption.by ? `The run was ended by ${interruption.by}` : "The run has ended");
  view.outcome().forEach(display.print);
  return interruption.exitCode ?? feeds.exitCode ?? EXIT.done;
}

function changesText({ added, changed, removed }: Changes): string {
  const parts = Object.entries({ added, changed, removed }).filter(([, count]) => count > 0)
    .map(([what, count]) => `${counted(count, "feed")} ${what}`);
  return `The list was edited: ${parts.join(", ") || "nothing changed"}`;
}
