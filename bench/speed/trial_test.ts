import { assertRejects } from "@std/assert";
import { temporaryFolder } from "../../tests/_media.ts";
import { type Case, trials } from "./trial.ts";

/** A contender that lists so many boxes for each of two frames, of this height. */
function listing(folder: string, lines: readonly string[], height: number): Case {
  const subject = {
    ...{ clip: "clip.mp4", frames: 2, model: "a model", device: "cpu", folder },
    size: { width: 16 * height / 9, height },
  };
  return {
    contender: {
      ...{ name: "a contender", group: "steadybox", listings: ["boxes.jsonl"] },
      command: () => ["sh", "-c", `printf '${lines.join("\\n")}\\n' >${folder}/boxes.jsonl`],
    },
    recipe: { clip: "clip.mp4" },
    lengths: { first: subject, warmUp: subject, whole: subject },
  };
}

const ONE = "[[1, 2, 3, 4]]";
const options = { repeats: 1, onProgress: () => {} };

Deno.test({
  name: "trials() takes no rows of 1080p with fewer than two boxes a frame",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await temporaryFolder();
    const few = listing(folder.path, [ONE, ONE], 1080);
    await assertRejects(() => trials([few], options), Error, "it finds 1.00");
    await trials([listing(folder.path, [ONE, ONE], 720)], options);
  },
});

Deno.test({
  name: "trials() takes no run that left frames out",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await temporaryFolder();
    const short = listing(folder.path, [ONE], 720);
    await assertRejects(() => trials([short], options), Error, "1 of 2 frames");
  },
});
