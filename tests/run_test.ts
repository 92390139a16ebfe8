import { assertEquals } from "@std/assert";
import { testCountsFrom } from "./run.ts";

Deno.test("testCountsFrom() reads a summary with steps, ignored and filtered tests", () => {
  assertEquals(
    testCountsFrom(
      "\nok | 12 passed (3 steps) | 0 failed | 2 ignored (1 step) | 4 filtered out (1s)\n",
    ),
    { passed: 12, failed: 0, skipped: 2 },
  );
});

Deno.test("testCountsFrom() reads a summary that names no ignored tests", () => {
  assertEquals(testCountsFrom("\nFAILED | 1 passed | 3 failed (2m4s)\n\nerror: Test failed\n"), {
    passed: 1,
    failed: 3,
    skipped: 0,
  });
});

Deno.test("testCountsFrom() reads a summary in colour", () => {
  assertEquals(
    testCountsFrom(
      "\x1b[0m\x1b[31mFAILED\x1b[0m | 1 passed | 1 failed \x1b[38;5;245m(2s)\x1b[0m\n",
    ),
    { passed: 1, failed: 1, skipped: 0 },
  );
});

Deno.test("testCountsFrom() takes the last summary, as a test may print one itself", () => {
  assertEquals(
    testCountsFrom("ok | 9 passed | 0 failed (1ms)\nmore\nok | 2 passed | 0 failed (1ms)\n"),
    { passed: 2, failed: 0, skipped: 0 },
  );
});

Deno.test("testCountsFrom() knows a run that never came to its tests", () => {
  assertEquals(testCountsFrom("error: Type checking failed.\n"), undefined);
});

Deno.test("run.ts fails a run without tests and still prints the line", async () => {
  const { code, stdout } = await new Deno.Command("deno", {
    args: ["run", "--allow-run=deno", "tests/run.ts", "tests/run_test.ts", "--filter=no such test"],
    cwd: new URL("../", import.meta.url),
    stderr: "null",
  }).output();
  assertEquals(code, 1);
  assertEquals(
    new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1),
    "0 passed, 0 failed, 0 skipped",
  );
});
