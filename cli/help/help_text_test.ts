import { assert, assertEquals } from "@std/assert";
import { helpText } from "./help_text.ts";
import { textsOfHelp } from "./make_texts.ts";
import texts from "./texts.json" with { type: "json" };

/** A text without what laying it out may change. */
function essence(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

Deno.test("texts.json has what the commands tell of themselves: else run cli/help/make_texts.ts", () => {
  assertEquals<Record<string, string>>(texts, textsOfHelp());
});

Deno.test.each([30, 60, 80, 100])("helpText() fits all help into %d columns", (columns) => {
  for (const text of Object.values(texts)) {
    const shown = helpText(text, { columns, hasColours: false });
    assertEquals(essence(shown), essence(helpText(text, { columns: 1000, hasColours: false })));
    for (const line of shown.split("\n")) {
      assert(line.length <= columns || !line.trim().includes(" "), line);
    }
  }
});

Deno.test("helpText() keeps what belongs to a usage, an option or an example below it", () => {
  const text = [
    "Usage: steadybox models prune --ratio NUMBER NET",
    "  -o, --output FILE           The annotated video or picture.",
    "  steadybox run in.mp4 --output out.mp4 --jsonl out.jsonl",
  ];
  const shown = helpText(text.join("\n"), { columns: 50, hasColours: false });
  assertEquals(shown.split("\n"), [
    "Usage: steadybox models prune --ratio NUMBER NET",
    "  -o, --output FILE           The annotated video",
    "                              or picture.",
    "  steadybox run in.mp4 --output out.mp4 --jsonl",
    "  out.jsonl",
  ]);
});

Deno.test("helpText() keeps or removes colours, which take no columns", () => {
  const text = "\x1b[1;2mUsage:\x1b[0m steadybox \x1b[4mSOURCE...\x1b[0m";
  assertEquals(helpText(text, { columns: 26, hasColours: true }), text);
  assertEquals(
    helpText(text, { columns: 26, hasColours: false }),
    "Usage: steadybox SOURCE...",
  );
});
