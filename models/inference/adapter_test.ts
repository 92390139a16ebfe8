import { assertEquals } from "@std/assert";
import { couldHaveGpu } from "./adapter.ts";

Deno.test({
  name: "couldHaveGpu() rules nothing out that it may not look at",
  permissions: { read: false },
  fn: () => assertEquals(couldHaveGpu(), true),
});

Deno.test({
  name: "couldHaveGpu() rules a GPU out where Linux has no file for one",
  ignore: Deno.build.os !== "linux" ||
    Deno.permissions.querySync({ name: "read", path: "/dev" }).state !== "granted",
  async fn() {
    // A shell looks in its own way.
    const args = ["-c", "ls -d /dev/dri /dev/nvidiactl /dev/dxg /dev/kgsl-3d0 /dev/mali0"];
    const { stdout } = await new Deno.Command("sh", { args, stderr: "null" }).output();
    const isThere = stdout.length > 0;
    // Without all permissions, files of devices cannot be looked at.
    const { state } = await Deno.permissions.query({ name: "sys" });
    assertEquals(couldHaveGpu(), isThere || state !== "granted");
  },
});
