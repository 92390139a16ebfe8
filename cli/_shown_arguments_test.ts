import { assertEquals } from "@std/assert";
import { shownArguments } from "./_shown_arguments.ts";

Deno.test("shownArguments() shows no password, key or query, and all else as it is", () => {
  const args = [
    ...[
      "jitter",
      "a b.mp4",
      "--seed",
      "7",
      "--model",
      "https://ann:pw@models.example/n.onnx?key=k",
    ],
    ...["--output=rtmp://host/live/secret-key", "https://models.example/n.onnx", "@:/"],
  ];
  const shown = shownArguments(args).join(" ");
  for (const secret of ["pw", "key=k", "secret-key"]) assertEquals(shown.includes(secret), false);
  assertEquals(shownArguments(["a b.mp4", "7", "https://models.example/n.onnx"]), [
    ...["a b.mp4", "7", "https://models.example/n.onnx"],
  ]);
});
