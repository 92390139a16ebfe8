import { assert, assertEquals, assertMatch } from "@std/assert";
import { listDevices } from "./devices.ts";
import { openSession } from "./session.ts";
import { affineNetwork } from "../tests/_tiny_network.ts";

Deno.test("listDevices() marks the device that auto takes", async () => {
  const reports = await listDevices();
  assertEquals(reports.map(({ device }) => device), ["webgpu", "cpu", "wasm"]);
  const taken = reports.filter(({ isAuto }) => isAuto);
  await using session = await openSession(affineNetwork());
  assertEquals(taken.map(({ device }) => device), [session.device]);
  assertEquals(taken.map(({ description }) => description), [session.description]);
});

Deno.test("listDevices() gives a reason for each device", async () => {
  for (const { isAvailable, isAuto, description, reason } of await listDevices()) {
    assert(description.length > 0);
    assertMatch(reason, /^\S.*$/);
    if (isAuto) assert(isAvailable);
  }
});

Deno.test("listDevices() takes no device without permissions, and asks for none", {
  permissions: "none",
}, async () => {
  for (const { isAvailable, isAuto, reason } of await listDevices()) {
    assertEquals([isAvailable, isAuto], [false, false]);
    assertMatch(reason, /--allow-|no GPU was found/);
  }
});
