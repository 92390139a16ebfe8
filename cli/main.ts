import { stderr } from "./_console.ts";
import { EXIT, reported } from "./_exit.ts";
import { quickAnswer } from "./help/quick_answer.ts";
import { load } from "./_load.ts";

const ROOT = new URL("../", import.meta.url);

/** The program itself, which takes longer to load than help may last. */
async function program(): Promise<typeof import("./program.ts")> {
  const { state } = await Deno.permissions.request({ name: "read", path: ROOT });
  if (state !== "granted") {
    stderr.write(
      "steadybox: Cannot go on without permission: add --allow-read for the directory of " +
        "steadybox, or start its mod.ts\n",
    );
    Deno.exit(EXIT.unexpected);
  }
  return await load("./program.ts");
}

/** Answers what can be answered at once; else runs the program, which ends the process. */
async function begin(args: readonly string[]): Promise<void> {
  try {
    if (quickAnswer(args)) return;
  } catch (error) {
    Deno.exit(reported(error, args));
  }
  await (await program()).main(args);
}

await begin(Deno.args);
