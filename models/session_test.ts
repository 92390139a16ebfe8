import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DeviceError, ModelError } from "../pipeline/errors.ts";
import type { Device, InferenceSession } from "../pipeline/inference_session.ts";
import type { Outputs } from "../pipeline/tensor.ts";
import {
  affineAnswer,
  affineNetwork,
  neighbourhoodNetwork,
  wholeNumberNetwork,
} from "../tests/_tiny_network.ts";
import { openSession } from "./session.ts";

const hasGpu = await navigator.gpu.requestAdapter() !== null;
const PLACES = [
  { device: "cpu", ignore: false },
  { device: "wasm", ignore: false },
  { device: "webgpu", ignore: !hasGpu },
] as const satisfies readonly { device: Device; ignore: boolean }[];

/** A test on each device that this machine has. */
function onEachDevice(name: string, fn: (device: Device) => Promise<void>): void {
  for (const { device, ignore } of PLACES) {
    Deno.test({ name: `${name} on ${device}`, ignore, fn: () => fn(device) });
  }
}

/** Rows of three numbers, different for each seed. */
function rowsOf(count: number, seed: number): number[][] {
  return Array.from(
    { length: count },
    (_, row) => [seed + row, 0.5 * seed - row, row * row - 3],
  );
}

function runRows(session: InferenceSession, rows: number[][]): Promise<Outputs> {
  return session.run({ dims: [rows.length, 3], data: new Float32Array(rows.flat()) });
}

function assertAnswers(outputs: Outputs, rows: number[][]): void {
  const answers = rows.map(affineAnswer);
  assertEquals(Object.keys(outputs).sort(), ["doubled", "sum"]);
  for (const name of ["doubled", "sum"] as const) {
    const { dims, data } = outputs[name]!;
    const expected = answers.flatMap((answer) => answer[name]);
    assertEquals([...dims], [rows.length, expected.length / rows.length]);
    assertEquals(data.length, expected.length);
    const tolerance = 1e-4 * Math.max(...expected.map(Math.abs));
    expected.forEach((value, index) => assertAlmostEquals(data[index]!, value, tolerance));
  }
}

onEachDevice("openSession() answers batches of 1 and 4 in one session", async (device) => {
  await using session = await openSession(affineNetwork(), { device });
  assertEquals(session.device, device);
  assert(session.description.length > 0);
  for (const count of [1, 4, 1]) {
    const rows = rowsOf(count, count);
    assertAnswers(await runRows(session, rows), rows);
  }
});

onEachDevice("openSession() convolves as worked out by hand", async (device) => {
  await using session = await openSession(neighbourhoodNetwork(4), { device });
  const { y } = await session.run({
    dims: [1, 1, 4, 4],
    data: Float32Array.from({ length: 16 }, (_, index) => index),
  });
  const row = (values: number[]) => values; // Each is the sum of a pixel's neighbourhood.
  const expected = [
    row([10, 18, 24, 18]),
    row([27, 45, 54, 39]),
    row([51, 81, 90, 63]),
    row([42, 66, 72, 50]),
  ].flat();
  expected.forEach((value, index) => assertAlmostEquals(y!.data[index]!, value, 90e-4));
});

onEachDevice("openSession() gives each of many runs its own answer", async (device) => {
  await using session = await openSession(affineNetwork(), { device });
  const questions = Array.from({ length: 12 }, (_, seed) => rowsOf(1 + seed % 4, seed));
  const answers = await Promise.all(questions.map((rows) => runRows(session, rows)));
  answers.forEach((outputs, index) => assertAnswers(outputs, questions[index]!));
});

onEachDevice("openSession() fails what is pending when it is disposed of", async (device) => {
  const session = await openSession(affineNetwork(), { device });
  const pending = Array.from(
    { length: 4 },
    () => assertRejects(() => runRows(session, rowsOf(1, 0)), DeviceError, "closed"),
  );
  await session[Symbol.asyncDispose]();
  await Promise.all(pending);
  await assertRejects(() => runRows(session, rowsOf(1, 0)), DeviceError, "closed");
});

onEachDevice("openSession() refuses a corrupt network in one line", async (device) => {
  const network = new TextEncoder().encode("This is no network\nby any means");
  const error = await assertRejects(() => openSession(network, { device }), ModelError);
  assertMatch(error.message, /^Cannot open the network: .+$/);
  await assertRejects(() => openSession(affineNetwork().slice(0, 90), { device }), ModelError);
  await assertRejects(() => openSession(new Uint8Array(), { device }), ModelError);
});

onEachDevice("openSession() refuses a network that holds other numbers", async (device) => {
  const error = await assertRejects(
    () => openSession(wholeNumberNetwork(), { device }),
    ModelError,
  );
  assertMatch(error.message, /"y" holds int64, float32 is wanted/);
});

onEachDevice("run() refuses an input of another shape and goes on", async (device) => {
  await using session = await openSession(affineNetwork(), { device });
  const wrong = { dims: [1, 4], data: new Float32Array(4) };
  await assertRejects(() => session.run(wrong), RangeError, "1x4: it takes Nx3");
  const short = { dims: [2, 3], data: new Float32Array(4) };
  await assertRejects(() => session.run(short), RangeError, "4 numbers as 2x3: it takes 6");
  const rows = rowsOf(2, 7);
  assertAnswers(await runRows(session, rows), rows);
});

onEachDevice("run() leaves memory alone that holds more than the input", async (device) => {
  await using session = await openSession(affineNetwork(), { device });
  const rows = rowsOf(2, 3);
  const data = new Float32Array(rows.flat());
  const outputs = await Promise.all(
    [0, 1].map((row) => session.run({ dims: [1, 3], data: data.subarray(3 * row, 3 * row + 3) })),
  );
  assertEquals(data.length, 6);
  outputs.forEach((output, row) => assertAnswers(output, [rows[row]!]));
});

Deno.test("openSession() says so when it is asked for a software GPU", {
  ignore: !hasGpu,
}, async () => {
  await using session = await openSession(affineNetwork(), { device: "webgpu" });
  const isSoftware = /llvmpipe|swiftshader/i.test(session.description);
  assertEquals(session.fallbacks.length, isSoftware ? 1 : 0);
});

Deno.test("openSession() takes no software GPU by itself, and says what it passed over", async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const isHardware = adapter !== null && !adapter.info.isFallbackAdapter;
  await using session = await openSession(affineNetwork());
  assertEquals(session.device, isHardware ? "webgpu" : "cpu");
  assertEquals(session.fallbacks.length, isHardware ? 0 : 1);
});

Deno.test("openSession() takes wasm where the permission for cpu is missing, and says so", {
  permissions: { read: true, ffi: false },
}, async () => {
  const error = await assertRejects(
    () => openSession(affineNetwork(), { device: "cpu" }),
    DeviceError,
  );
  assertMatch(error.message, /^Cannot use device "cpu": it takes the permission --allow-ffi=\S+$/);
  await using session = await openSession(affineNetwork());
  if (session.device === "webgpu") return; // This machine has a hardware GPU.
  assertEquals(session.device, "wasm");
  assertMatch(
    session.fallbacks.join(),
    /"cpu" was passed over: it takes the permission --allow-ffi/,
  );
});

Deno.test("openSession() names the permissions when there are none", {
  permissions: "none",
}, async () => {
  const error = await assertRejects(() => openSession(affineNetwork()), DeviceError);
  assertMatch(error.message, /^Cannot find a device: .*--allow-read=.*--allow-ffi=/);
});

Deno.test("openSession() keeps no process alive", async () => {
  const program = `
    import { openSession } from ${JSON.stringify(import.meta.resolve("./session.ts"))};
    import { affineNetwork } from ${
    JSON.stringify(import.meta.resolve("../tests/_tiny_network.ts"))
  };
    for (const device of ["cpu", "wasm"]) {
      const session = await openSession(affineNetwork(), { device });
      const { sum } = await session.run({ dims: [1, 3], data: Float32Array.of(1, 2, 3) });
      console.log(sum.data[0]);
    }`;
  const { stdout, success } = await new Deno.Command("deno", {
    args: ["eval", program],
    cwd: new URL("..", import.meta.url),
    stderr: "inherit",
  }).output();
  assertEquals([success, new TextDecoder().decode(stdout)], [true, "6\n6\n"]);
});

Deno.test("openSession() refuses a device that there is not", async () => {
  await assertRejects(
    () => openSession(affineNetwork(), { device: "tpu" as Device }),
    TypeError,
    "current value is tpu",
  );
});

Deno.test("openSession() refuses a load that there is not", async () => {
  await assertRejects(
    () => openSession(affineNetwork(), { load: "idling" as "light" }),
    TypeError,
    "current value is idling",
  );
});
