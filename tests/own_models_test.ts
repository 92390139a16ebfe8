/**
 * Models of one's own, as a user names them: by file, card and URL, whole and damaged.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { listModels } from "../models/registry.ts";
import { madeWeights } from "./_made_darknet.ts";
import { framesIn, runProgram, startProgram } from "./_program.ts";
import { inTempDir, namesIn } from "./_temp_dir.ts";

const WEIGHTS = await Deno.readFile(
  new URL("../models/weights/tiny-ssd-sky.safetensors", import.meta.url),
);
const SHA256 = listModels().find(({ name }) => name === "tiny-ssd-sky")!.sha256;
const DARKNET = new URL("fixtures/darknet/", import.meta.url);
const CFG = await Deno.readTextFile(new URL("made_heads.cfg", DARKNET));

/** A server of the weights. The first half comes at once, the rest when it is let go. */
function servedWeights(held: Promise<void> = Promise.resolve()) {
  const ranges: (string | null)[] = [];
  const halfSent = Promise.withResolvers<void>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ headers }) => {
      const range = headers.get("range");
      ranges.push(range);
      const start = Number(/\d+/.exec(range ?? "")?.[0] ?? 0);
      const half = Math.max(start, WEIGHTS.length >> 1);
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(WEIGHTS.slice(start, half));
          halfSent.resolve();
          await held;
          try {
            controller.enqueue(WEIGHTS.slice(half));
            controller.close();
          } catch {
            // Nobody wants it any more.
          }
        },
      });
      const place = `bytes ${start}-${WEIGHTS.length - 1}/${WEIGHTS.length}`;
      return new Response(body, {
        status: range === null ? 200 : 206,
        headers: { etag: '"sky"', ...range !== null && { "content-range": place } },
      });
    },
  );
  const { port } = server.addr;
  return {
    url: `http://127.0.0.1:${port}/net.safetensors`,
    host: `127.0.0.1:${port}`,
    ranges,
    halfSent: halfSent.promise,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("steadybox names the flags that a download takes, and runs with them", () =>
  inTempDir(async (dir) => {
    await using server = servedWeights();
    const secret = server.url.replace("//", "//me:secret@");
    const show = ["models", "info", server.url, "--model-sha256", SHA256];
    const cache = `${dir}/cache`;
    const refused = await runProgram(show, { dir, cache });
    assertEquals(refused.code, 1, refused.stderr);
    const [, command = ""] =
      /^steadybox: Cannot go on without permission: run it as (.*)\n$/.exec(refused.stderr) ?? [];
    assertStringIncludes(command, `--allow-net=${server.host} `);
    const again = await new Deno.Command("sh", { args: ["-c", command], cwd: dir }).output();
    assertEquals(again.code, 0, new TextDecoder().decode(again.stderr));
    assertMatch(new TextDecoder().decode(again.stdout), new RegExp(`SHA-256 +${SHA256}`));
    assertEquals(await namesIn(`${cache}/downloads`), [`${SHA256}.safetensors`]);
    for (
      const args of [["models", "info", `${secret}?key=secret`], ["run", "x", `--model=${secret}`]]
    ) {
      const { code, stderr } = await runProgram(args, { dir, cache });
      assertEquals([code === 0, stderr.includes("secret")], [false, false], stderr);
    }
    // Pinned and here, it takes no server, and no permission to ask one.
    assertEquals((await runProgram(show, { dir, cache })).code, 0);
    assertEquals(server.ranges.length, 1);
  }));

Deno.test("steadybox run tells of a download and its licence, unless it is to be quiet", () =>
  besideCard(async (dir) => {
    await using server = servedWeights();
    const [licence, source] = ["CC0-1.0", "https://example.org/sky"];
    const card = { licence, source, url: server.url, sha256: SHA256 };
    await Deno.writeTextFile(`${dir}/remote.json`, JSON.stringify(card));
    const args = "run dog.png --model remote.json --device cpu".split(" ");
    const mayAsk = server.host;
    const told = await runProgram(args, { dir, mayAsk, cache: `${dir}/cache` });
    assertEquals(told.code, 0, told.stderr);
    const [first] = told.stderr.split("\n");
    assertEquals(first, `Downloaded ${server.url}, 1.43 MB (${source}); licence: ${licence}`);
    assertMatch(told.stderr, /^ +Model +remote \(CC0-1.0\)$/m);
    const quiet = await runProgram([...args, "--quiet"], { dir, mayAsk, cache: `${dir}/other` });
    assertEquals([quiet.code, quiet.stderr], [0, ""]);
    assertEquals(server.ranges.length, 2);
  }));

Deno.test("steadybox goes on with a download whose program was killed in the middle", () =>
  inTempDir(async (dir) => {
    const held = Promise.withResolvers<void>();
    await using server = servedWeights(held.promise);
    const options = { dir, cache: `${dir}/cache`, mayAsk: server.host };
    const args = ["models", "info", server.url, "--model-sha256", SHA256, "--json"];
    const killed = startProgram(args, options);
    await server.halfSent;
    const part = async () => {
      const names = await namesIn(options.cache).catch(() => []);
      const inside = names.length > 0 ? await namesIn(`${options.cache}/downloads`) : [];
      const path = inside.find((name) => name.endsWith(".part"));
      return path ? (await Deno.stat(`${options.cache}/downloads/${path}`)).size : 0;
    };
    while (await part() === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10)); // Until the disk has some of it.
    }
    killed.kill("SIGKILL");
    await Promise.all([killed.status, killed.stdout.cancel(), killed.stderr.cancel()]);
    const size = await part();
    assert(size > 0);
    held.resolve();
    const { code, stdout, stderr } = await runProgram(args, options);
    assertEquals(code, 0, stderr);
    assertEquals(JSON.parse(stdout).sha256, SHA256);
    assertEquals(server.ranges, [null, `bytes=${size}-`]);
  }));

Deno.test("steadybox ends in one line where the disk takes no more, and goes on later", () =>
  inTempDir(async (dir) => {
    await using server = servedWeights();
    const options = { dir, cache: `${dir}/cache`, mayAsk: server.host };
    const args = ["models", "info", server.url, "--model-sha256", SHA256, "--json"];
    // No file may be larger than 1000 blocks of 512 bytes; the signal that says so is not heard.
    const within = ["sh", "-c", 'trap "" XFSZ; ulimit -f 1000; exec "$@"', "sh"];
    const ended = await runProgram(args, { ...options, within });
    assertEquals(ended.code, 5, ended.stderr);
    assertMatch(ended.stderr, /^steadybox: Cannot keep the model "http:[^\n]+": File too large\n$/);
    assertEquals((await runProgram(args, options)).code, 0);
    assertEquals(server.ranges, [null, "bytes=512000-"]);
  }));

Deno.test("two programs that want the same model at the same time both get it whole", () =>
  inTempDir(async (dir) => {
    await using server = servedWeights();
    const args = ["models", "info", server.url, "--model-sha256", SHA256, "--json"];
    const options = { dir, cache: `${dir}/cache`, mayAsk: server.host };
    const ended = await Promise.all([runProgram(args, options), runProgram(args, options)]);
    for (const { code, stdout, stderr } of ended) {
      assertEquals(code, 0, stderr);
      assertEquals(JSON.parse(stdout).sha256, SHA256);
    }
    assertEquals(server.ranges.length, 1);
    assertEquals(await namesIn(`${options.cache}/downloads`), [`${SHA256}.safetensors`]);
  }));

/** Runs a test beside a card, its network, a picture and what is in it. */
function besideCard(use: (dir: string) => Promise<void>): Promise<void> {
  return inTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/nets`);
    await Deno.writeFile(`${dir}/nets/net.safetensors`, WEIGHTS);
    const card = { name: "my sky", licence: "CC0-1.0", file: "net.safetensors", sha256: SHA256 };
    await Deno.writeTextFile(`${dir}/nets/sky.json`, JSON.stringify(card));
    await Deno.copyFile(new URL("dog.png", DARKNET), `${dir}/dog.png`);
    await use(dir);
  });
}

Deno.test("steadybox run takes a card, and shows the licence that it names", () =>
  besideCard(async (dir) => {
    const args = "run dog.png --model nets/sky.json --device cpu".split(" ");
    const { code, stderr } = await runProgram(args, { dir });
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /^ +Model +my sky \(CC0-1.0\)$/m);
  }));

Deno.test("steadybox models evaluate tells how well boxes fit what is there", () =>
  besideCard(async (dir) => {
    // What is there is taken from what is found, so that all of it is right, but for one box.
    const find =
      "run dog.png --model nets/sky.json --conf 0.2 --ties suppress --device cpu --quiet";
    const found = await runProgram([...find.split(" "), "--csv", "found.csv"], { dir });
    assertEquals(found.code, 0, found.stderr);
    const [, ...rows] = (await Deno.readTextFile(`${dir}/found.csv`)).trim().split("\r\n");
    const boxes = rows.map((row) => row.split(","));
    assert(boxes.length >= 2);
    const labels = [...new Set(boxes.map((cells) => cells[7] ?? ""))];
    const annotations = boxes.map(([x1, y1, x2, y2, , , , label], id) => ({
      id,
      image_id: 1,
      category_id: labels.indexOf(label ?? ""),
      bbox: [Number(x1), Number(y1), Number(x2) - Number(x1), Number(y2) - Number(y1)],
    }));
    const truth = {
      images: [{ id: 1, file_name: "dog.png", width: 320, height: 240 }],
      categories: [
        ...labels.map((name, id) => ({ id, name: name.toUpperCase() })),
        { id: 99, name: "dog" },
      ],
      annotations: [
        ...annotations,
        { id: 98, image_id: 1, category_id: 0, bbox: [1, 1, 9, 9] },
        { id: 99, image_id: 1, category_id: 99, bbox: [0, 0, 50, 50] },
      ],
    };
    await Deno.writeTextFile(`${dir}/truth.json`, JSON.stringify(truth));
    const args = "models evaluate nets/sky.json --images dog.png --truth truth.json --conf 0.2 " +
      "--ties suppress --device cpu --json";
    const { code, stdout, stderr } = await runProgram(args.split(" "), { dir });
    assertEquals(code, 0, stderr);
    const report = JSON.parse(stdout);
    assertEquals(report.unknownLabels, { dog: 1 });
    assertEquals([report.frames, report.model.sha256], [1, SHA256]);
    assertEquals(report.command, ["steadybox", ...args.split(" ")]);
    for (const { path, sha256 } of report.files) {
      const bytes = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${dir}/${path}`));
      assertEquals(sha256, new Uint8Array(bytes).toHex());
    }
    assertEquals(report.files.length, 2);
    const { precision, recall } = report.atConfidence;
    assertEquals([precision, recall], [1, boxes.length / (boxes.length + 1)]);
    for (const { label, truth: count, recall50 } of report.classes) {
      const missed = label === labels[0] ? 1 : 0;
      assertEquals(recall50, (count - missed) / count);
    }
    const words = await runProgram(args.replace(" --json", "").split(" "), { dir });
    assertMatch(words.stdout, /^Not judged, as the network does not know them: dog \(1\)$/m);
    assertMatch(words.stdout, new RegExp(`^all +${boxes.length + 1} +0\\.\\d{3} `, "m"));
  }));

Deno.test.each([
  { format: "csv", truth: "faces.csv" },
  { format: "mot", truth: "faces.txt" },
])(
  "steadybox models evaluate finds in a video what run wrote as $format",
  ({ format, truth }) =>
    inTempDir(async (dir) => {
      const clip = new URL("fixtures/clips/talking_face.mp4", import.meta.url);
      await Deno.copyFile(clip, `${dir}/face.mp4`);
      const same = "--ties suppress --vid-stride 5 --device cpu --quiet".split(" ");
      const outputs = ["run", "face.mp4", "--no-track", `--${format}`, truth];
      const found = await runProgram([...outputs, ...same], { dir });
      assertEquals(found.code, 0, found.stderr);
      const evaluation = "models evaluate blazeface-full --images face.mp4 --json --truth".split(
        " ",
      );
      const { code, stdout, stderr } = await runProgram([...evaluation, truth, ...same], { dir });
      assertEquals(code, 0, stderr);
      const { frames, ap, atConfidence, classes: [face, ...others] } = JSON.parse(stdout);
      assertEquals(frames, Math.ceil(await framesIn(`${dir}/face.mp4`) / 5));
      assert(face.truth >= frames);
      assertEquals([face.label, ap, others], ["face", 1, []]);
      assertEquals([atConfidence.precision, atConfidence.recall], [1, 1]);
    }),
);

Deno.test.each([
  { args: "--images dog.png --truth none.json", code: 3, named: "none.json" },
  { args: "--images none.png --truth t.csv", code: 3, named: "none.png" },
  { args: "--images dog.png --truth dog.png", code: 3, named: "dog.png" },
  { args: "--images dog.png --truth t.csv", code: 2, named: "kite" },
  { args: "--images dog.png --truth u.csv", code: 2, named: "no object in the 1 frame" },
  { args: "--images dog.png --truth m.txt", code: 2, named: "--truth-label" },
  { args: "--images dog.png --truth t.csv --truth u.csv", code: 2, named: "one for each" },
  { args: "--images rtsp://127.0.0.1/1 --truth u.csv", code: 2, named: "live feed" },
  { args: "--images dog.png", code: 2, named: "--truth" },
])(
  "steadybox models evaluate $args fails in one line",
  ({ args, code, named }) =>
    besideCard(async (dir) => {
      await Deno.writeTextFile(`${dir}/t.csv`, "file,label,x,y,w,h\ndog.png,kite,1,1,1,1\n");
      await Deno.writeTextFile(`${dir}/u.csv`, "file,label,x,y,w,h\ncat.png,bird,1,1,1,1\n");
      await Deno.writeTextFile(`${dir}/m.txt`, "1,1,1,1,1,1\n");
      const all = `models evaluate nets/sky.json ${args} --device cpu --quiet`.split(" ");
      const ended = await runProgram(all, { dir });
      assertEquals(ended.code, code, ended.stderr);
      assertMatch(ended.stderr, /^steadybox: [^\n]+\n$/);
      assertStringIncludes(ended.stderr, named);
    }),
);

/** Networks that are no good, as files. */
async function writeBadNetworks(dir: string): Promise<void> {
  const weights = madeWeights(CFG);
  const files: Record<string, string | Uint8Array> = {
    "short.cfg": CFG,
    "short.weights": weights.subarray(0, weights.length - 4),
    "long.cfg": CFG,
    "long.weights": new Uint8Array([...weights, 0, 0, 0, 0]),
    "lstm.cfg": CFG.replace("[maxpool]", "[lstm]"),
    "lstm.weights": weights,
    "alone.cfg": CFG,
    "short.safetensors": WEIGHTS.subarray(0, WEIGHTS.length - 1),
    "cut.onnx": new Uint8Array([8, 7, 18, 255, 255, 3]),
    "hash.json": JSON.stringify({ file: "sky.safetensors", sha256: "0".repeat(64) }),
    "typo.json": '{\n  "file": "sky.safetensors",\n  "lable": []\n}',
    "none.json": '{ "file": "none.onnx" }',
    "sky.safetensors": WEIGHTS,
  };
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(`${dir}/${name}`, bytes);
  }
  for (const name of ["huge.onnx", "huge.safetensors", "huge.weights", "huge.json"]) {
    using file = await Deno.create(`${dir}/${name}`);
    await file.truncate(3e9); // Of which the disk has nothing.
  }
  await Deno.writeTextFile(`${dir}/huge.cfg`, CFG);
}

Deno.test("steadybox run refuses each bad network in one line that names it", () =>
  besideCard(async (dir) => {
    await writeBadNetworks(dir);
    const cases: [string, RegExp][] = [
      ["short.cfg", /short.*(bytes|weights|too (short|small|few))/i],
      ["long.cfg", /long.*(bytes|weights|left|more)/i],
      ["lstm.cfg", /line \d+.*lstm|lstm.*line \d+/],
      ["alone.cfg", /alone.weights": there is no such file/],
      ["short.safetensors", /short.safetensors/],
      ["cut.onnx", /cut.onnx.*(damaged|no network)/],
      ["hash.json", /has the SHA-256 f731f0f7[0-9a-f]+, not 0{64}/],
      ["typo.json", /typo.json": line 3, lable: there is no such field/],
      ["none.json", /none.onnx": there is no such file/],
      ["huge.onnx", /huge.onnx": it is 3000000000 bytes, over 1073741824/],
      ["huge.safetensors", /huge.safetensors": it is 3000000000 bytes, over 1073741824/],
      ["huge.cfg", /huge.weights": it is 3000000000 bytes, over 1073741824/],
      ["huge.json", /huge.json": it is 3000000000 bytes, over 1073741824/],
      ["sky.safetensors --model-sha256 " + "1".repeat(64), /it has the SHA-256 f731f0f7/],
      ["tiny-ssd", /which has no weights: train it/],
      ["slimyolov3-spp3-50", /which has no weights: train it with Darknet/],
      ["http://example.org/net.onnx", /its URL must begin with https:\/\//],
    ];
    for (const [model, said] of cases) {
      const args = `run dog.png --device cpu --csv out.csv --model ${model}`.split(" ");
      const { code, stderr } = await runProgram(args, { dir });
      assertEquals(code, 5, `${model}: ${stderr}`);
      assertMatch(stderr, /^steadybox: Cannot [^\n]+\n$/);
      assertMatch(stderr, said);
    }
    assertEquals((await namesIn(dir)).filter((name) => name.startsWith("out")), []);
  }));
