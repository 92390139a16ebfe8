import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parse } from "./_parse.ts";
import type { RunOptions } from "./_run_options.ts";
import { UsageError } from "./_usage_error.ts";

function run(...args: string[]): RunOptions {
  const request = parse(["run", "in.mp4", ...args]);
  if (request?.command !== "run") throw new Error("Not a run");
  return request;
}

Deno.test("parse() gives what the user left out its default", () => {
  const options = run();
  assertEquals(options.sources, ["in.mp4"]);
  assertEquals(options.model, "blazeface-full");
  assertEquals(options.device, "auto");
  assertEquals(options.ties, "blend");
  assertEquals(options.vidStride, 1);
  assertEquals([options.track, options.smooth, options.boxes], [true, undefined, "smoothed"]);
  assertEquals([options.showLabels, options.showConf, options.showKeypoints], [true, true, true]);
  assertEquals([options.overwrite, options.quiet], [false, false]);
  for (const name of ["output", "jsonl", "conf", "iou", "maxDet", "classes", "crf"] as const) {
    assertEquals(options[name], undefined);
  }
});

Deno.test("parse() reads every option of run", () => {
  const line =
    "-o o.mp4 --jsonl - --mot m.txt --coco c.json --csv d.csv --model n --device wasm --half " +
    `--model-sha256 ${"Ab".repeat(32)} --labels n.txt --imgsz 640x384 ` +
    "--conf .25 --iou 0.5 --max-det 7 --classes face,2 --ties suppress --vid-stride 3 " +
    "--slice 640x480 --overlap 0.3 --region 0,50%,99.5,50%,0,200 --region 1,1,9,1,1,9 --min-size 8 " +
    "--no-track --smooth kalman --boxes raw " +
    "--rtsp-transport udp --live-policy all --max-latency 250 --sound " +
    "--view 0.0.0.0:81 --metrics --mqtt mqtt://broker/a --mqtt-env BROKER " +
    "--segment 10m --hls-keep 60s --start 1:30 --duration 0:01:02.5 --hwaccel vaapi --no-show-labels --no-show-conf --no-show-keypoints --no-show-trails " +
    "--line-width 4 --codec libx265 --crf 28 --overwrite --quiet";
  assertEquals(run(...line.split(" ")), {
    command: "run",
    sources: ["in.mp4"],
    sourceEnv: undefined,
    sourcesFile: undefined,
    output: "o.mp4",
    segment: 600,
    hlsKeep: 60,
    jsonl: "-",
    mot: "m.txt",
    coco: "c.json",
    csv: "d.csv",
    model: "n",
    modelSha256: "ab".repeat(32),
    labels: "n.txt",
    imgsz: { width: 640, height: 384 },
    device: "wasm",
    half: true,
    conf: 0.25,
    iou: 0.5,
    maxDet: 7,
    classes: ["face", 2],
    ties: "suppress",
    vidStride: 3,
    slice: { width: 640, height: 480 },
    overlap: 0.3,
    regions: [[[0, "50%"], [99.5, "50%"], [0, 200]], [[1, 1], [9, 1], [1, 9]]],
    minSize: 8,
    track: false,
    smooth: "kalman",
    boxes: "raw",
    rtspTransport: "udp",
    livePolicy: "all",
    maxLatency: 250,
    sound: true,
    view: { hostname: "0.0.0.0", port: 81 },
    metrics: { hostname: "127.0.0.1", port: 9464 },
    mqtt: "mqtt://broker/a",
    mqttEnv: "BROKER",
    start: 90,
    duration: 62.5,
    hwaccel: "vaapi",
    showLabels: false,
    showConf: false,
    showKeypoints: false,
    showTrails: false,
    lineWidth: 4,
    codec: "libx265",
    crf: 28,
    overwrite: true,
    quiet: true,
    debug: false,
  });
});

Deno.test("parse() takes several sources, and - for one", () => {
  const request = parse(["run", "a.png", "b.png", "-"]) as RunOptions;
  assertEquals(request.sources, ["a.png", "b.png", "-"]);
});

Deno.test("parse() reads the other commands", () => {
  assertEquals(parse(["probe", "in.mp4", "--json"]), {
    command: "probe",
    source: "in.mp4",
    json: true,
    debug: false,
  });
  assertEquals(parse(["models"]), {
    command: "models",
    info: undefined,
    modelSha256: undefined,
    json: false,
    debug: false,
  });
  assertEquals(parse(["models", "info", "x"]), {
    command: "models",
    info: "x",
    modelSha256: undefined,
    json: false,
    debug: false,
  });
  assertEquals(parse(["models", "inspect", "net.cfg", "--json"]), {
    command: "models inspect",
    network: "net.cfg",
    floor: 0.1,
    json: true,
    debug: false,
  });
  assertEquals(
    parse([
      "models",
      "prune",
      "net.cfg",
      "--ratio",
      "0.9",
      "-o",
      "out",
      "--images",
      "a",
      "--images",
      "b",
    ]),
    {
      command: "models prune",
      network: "net.cfg",
      ratio: 0.9,
      floor: 0.1,
      iterations: 1,
      multiple: 1,
      compensate: false,
      output: "out",
      overwrite: false,
      images: ["a", "b"],
      device: "auto",
      json: false,
      debug: false,
    },
  );
  assertEquals(parse(["devices", "--debug"]), { command: "devices", json: false, debug: true });
});

Deno.test.each([
  ["--conf 1.5", "--conf"],
  ["--conf -0.1", "--conf"],
  ["--conf NaN", "--conf"],
  ["--conf", "--conf"],
  ["--iou two", "--iou"],
  ["--max-det 0", "--max-det"],
  ["--max-det 1.5", "--max-det"],
  ["--vid-stride 0", "--vid-stride"],
  ["--vid-stride -3", "--vid-stride"],
  ["--line-width 1000", "--line-width"],
  ["--crf 64", "--crf"],
  ["--codec -i", "--codec"],
  ["--classes a,,b", "--classes"],
  ["--start -1", "--start"],
  ["--start 1:75", "--start"],
  ["--start 1e400", "--start"],
  ["--duration 0", "--duration"],
  ["--hwaccel -re", "--hwaccel"],
  ["--device gpu", "--device"],
  ["--ties none", "--ties"],
  ["--jsonl a --jsonl b", "--jsonl"],
  ["--show-labels --no-show-labels", "--no-show-labels"],
])("parse() names the option in %s", (line, flag) => {
  const error = assertThrows(() => run(...line.split(" ")), UsageError);
  assertStringIncludes(error.message, flag);
  assertEquals(error.message.includes("\n"), false);
});

Deno.test.each([
  [["rum", "in.mp4"], "did you mean run?"],
  [["modles"], "did you mean models?"],
  [["models", "inof", "x"], "did you mean info?"],
  [["run", "in.mp4", "--jsno", "x"], "--jsonl"],
  [["run", "in.mp4", "--devise", "cpu"], "did you mean --device?"],
  [["probe", "in.mp4", "--jso"], "did you mean --json?"],
  [["run", "in.mp4", "--device", "wasn"], '"wasm"'],
])("parse() says what may have been meant by %j", (args, hint) => {
  assertStringIncludes(assertThrows(() => parse(args), UsageError).message, hint);
});

Deno.test("parse() says what is missing", () => {
  assertStringIncludes(assertThrows(() => parse(["run"]), UsageError).message, "SOURCE");
  assertStringIncludes(assertThrows(() => parse(["probe"]), UsageError).message, "SOURCE");
  assertStringIncludes(assertThrows(() => parse(["models", "info"]), UsageError).message, "NAME");
});

Deno.test("parse() refuses a run without a source, or with one too many", () => {
  const complaint = (...args: string[]) => assertThrows(() => parse(["run", ...args]), UsageError);
  assertEquals(complaint().message, "Expected a SOURCE, such as a video file");
  assertStringIncludes(complaint("in.mp4", "--source-env", "CAMERA").message, "with a SOURCE");
  assertStringIncludes(complaint("--source-env", "NO_SUCH_NAME").message, "it is not set");
  assertStringIncludes(complaint("--source-env", "A=B").message, "the name of a variable");
});
