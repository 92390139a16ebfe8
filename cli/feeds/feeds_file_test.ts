import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parse } from "../_parse.ts";
import type { RunOptions } from "../_run_options.ts";
import { UsageError } from "../_usage_error.ts";
import { settingNames } from "./feed_settings.ts";
import { feedsFrom } from "./feeds_file.ts";

function optionsOf(...args: readonly string[]): RunOptions {
  return parse(["run", ...args]) as RunOptions;
}

const BASE = optionsOf("--sources", "feeds.yaml");

function feedsIn(text: string, base = BASE) {
  return feedsFrom(text, "feeds.yaml", base).map(({ name, options }) => ({ name, options }));
}

Deno.test("feedsFrom() reads a feed as the command line reads its options", () => {
  const [gate, yard] = feedsIn(`
defaults:
  model: ssd-mobilenet-v2
  conf: 0.4
  jsonl: out/{name}.jsonl
feeds:
  - name: gate
    url: rtsp://camera/1
    classes: [person, 2]
    region: [0, 50%, 100%, 50%, 100%, 100%]
    segment: 10m
    output: out/gate.mp4
    max_latency: 300
    track: false
    overwrite: true
  - name: back yard
    url_env: YARD_URL
    conf: 0.7
    output: rtsp://server/{name}
    region: ["0,0,9,0,9,9", "0,0,5,5,0,9"]
`);
  const common = ["--model=ssd-mobilenet-v2", "--sources=feeds.yaml"];
  const here = { sourcesFile: undefined, sourceEnv: undefined };
  assertEquals(gate, {
    name: "gate",
    options: {
      ...optionsOf(
        ...common,
        ...["--conf=0.4", "--jsonl=out/gate.jsonl", "--classes=person,2", "--segment=10m"],
        ...["--region=0,50%,100%,50%,100%,100%", "--output=out/gate.mp4", "--max-latency=300"],
        ...["--no-track", "--overwrite"],
      ),
      ...here,
      sources: ["rtsp://camera/1"],
    },
  });
  assertEquals(yard, {
    name: "back yard",
    options: {
      ...optionsOf(
        ...common,
        ...["--conf=0.7", "--jsonl=out/back yard.jsonl", "--output=rtsp://server/back%20yard"],
        ...["--region=0,0,9,0,9,9", "--region=0,0,5,5,0,9"],
      ),
      ...here,
      sourceEnv: "YARD_URL",
    },
  });
});

Deno.test("feedsFrom() has the list's defaults win over the command line, and a feed over both", () => {
  const base = optionsOf(
    "--sources=f",
    "--conf=0.1",
    "--iou=0.1",
    "--max-det=1",
    "--ties=suppress",
  );
  const [feed] = feedsIn(
    "defaults: { iou: 0.2, max_det: 2 }\nfeeds: [{ name: a, url: b, max_det: 3, ties: blend }]",
    base,
  );
  const { conf, iou, maxDet, ties } = feed!.options;
  assertEquals({ conf, iou, maxDet, ties }, { conf: 0.1, iou: 0.2, maxDet: 3, ties: "blend" });
});

Deno.test("feedsFrom() takes anchors, and false for what is asked for by the defaults", () => {
  const [feed] = feedsIn(`
defaults: { overwrite: true, show_labels: false }
feeds:
  - name: a
    url: b
    overwrite: false
    classes: &people [person]
  - { name: c, url: d, classes: *people }
`);
  assertEquals([feed!.options.overwrite, feed!.options.showLabels], [false, false]);
  assertEquals(feed!.options.classes, ["person"]);
});

/** Lists that make no sense, with what is said of them behind the name of the file. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ["", /line 1, column 1: must begin with "feeds:" or "defaults:"/],
  ["- a", /line 1, column 1: must begin with/],
  ["feeds:\n", /line 1, column 7: feeds: must be a list of feeds/],
  ["feeds: []", /line 1, column 8: feeds: must hold one feed at least/],
  ["feeds: gate", /line 1, column 8: feeds: must be a list/],
  ["feeds:\n  - gate", /line 2, column 5: must be a feed, with name and url/],
  ["feeds:\n  - name: a\n", /line 2, column 5: feed "a" must have either url or url_env/],
  ["feeds:\n  - url: a", /line 2, column 5: name is missing/],
  ["feeds:\n  - {name: a, url: b, url_env: C}", /line 2, column 5: feed "a" must have either/],
  ["feeds:\n  - name: ../a\n    url: b", /line 2, column 11: name: must be 1 to 63 letters/],
  ['feeds:\n  - name: "a\\nb"\n    url: b', /line 2, column 11: name: must be 1 to 63/],
  ["feeds:\n  - name: 7\n    url: b", /line 2, column 11: name: must be text/],
  [
    "feeds:\n  - {name: a, url: b}\n  - {name: a, url: c}",
    /line 3, column 12: two feeds are called "a"/,
  ],
  ["feed:\n  - name: a", /line 1, column 1: there is no key "feed": did you mean feeds\?/],
  [
    "feeds:\n  - name: a\n    url: b\n    cnof: 0.5",
    /line 4, column 5: there is no setting "cnof": did you mean conf\?/,
  ],
  [
    "feeds:\n  - name: a\n    url: b\n    max-latency: 5",
    /line 4, column 5: there is no setting "max-latency": did you mean max_latency\?/,
  ],
  [
    "defaults:\n  quiet: true\nfeeds: [{name: a, url: b}]",
    /line 2, column 3: there is no setting "quiet" of a feed: --quiet is the run's$/,
  ],
  [
    "defaults:\n  name: x\nfeeds: [{name: a, url: b}]",
    /line 2, column 3: there is no setting "name"/,
  ],
  [
    "feeds:\n  - name: a\n    url: b\n    conf: 2",
    /line 4, column 11: conf: expected a value less than or equal to 1, but got "2"$/,
  ],
  [
    "feeds:\n  - name: a\n    url: b\n    conf: high",
    /line 4, column 11: conf: expected a valid number/,
  ],
  ["feeds:\n  - name: a\n    url: b\n    conf:", /line 4, column 10: conf: it has no value/],
  ["feeds:\n  - name: a\n    url: b\n    conf: true", /line 4, column 11: conf: requires NUMBER/],
  [
    "feeds:\n  - name: a\n    url: b\n    conf: {a: 1}",
    /line 4, column 11: conf: must be a text, a number/,
  ],
  [
    "feeds:\n  - name: a\n    url: b\n    region: [1, 2]",
    /line 4, column 13: region: expected three corners/,
  ],
  ["feeds:\n  - name: a\n    url: b\n    track: maybe", /line 4, column 12: track: /],
  ["feeds:\n  - name: a\n   url: b", /line 3, column \d+: /],
  ["feeds:\n  - name: a\n    name: b", /line 3, column 5: map keys must be unique/],
  ["feeds: [", /line 1, column \d+: /],
  ["feeds: *a", /line 1, column 8: there is no anchor &a before this/],
  ["feeds: [{name: a, url: !!js/function b}]", /line 1, column 24: unresolved tag/],
  ["feeds: [{name: a, url: b}]\n---\nfeeds: []", /line 2, column 1: a list is one document/],
  ["x".repeat(2 ** 20 + 1), /characters are no list of feeds/],
];

Deno.test("feedsFrom() tells in one line what is wrong, and where", () => {
  for (const [text, expected] of WRONG) {
    const { message } = assertThrows(() => feedsIn(text), UsageError, 'Cannot use "feeds.yaml": ');
    assertMatch(message, expected);
    assertEquals(message.split("\n").length, 1, message);
  }
});

Deno.test("feedsFrom() is not blown up by aliases of aliases", () => {
  const levels = Array.from({ length: 12 }, (_, i) => {
    const items = i === 0 ? "x, x, x, x, x, x, x, x" : Array(8).fill(`*a${i - 1}`).join(", ");
    return `a${i}: &a${i} [${items}]`;
  });
  const error = assertThrows(() => feedsIn(`${levels.join("\n")}\nfeeds: []`), UsageError);
  assertMatch(error.message, /alias/i);
});

Deno.test("a feed's settings are the options of a run, but for those of the run as a whole", () => {
  const names = settingNames();
  for (const name of ["conf", "model", "jsonl", "region", "vid_stride", "max_latency", "track"]) {
    assertEquals(names.includes(name), true, name);
  }
  for (const name of ["sources", "source_env", "view", "quiet", "help", "no_track", "debug"]) {
    assertEquals(names.includes(name), false, name);
  }
});

Deno.test("feedsFrom() reads the list that the documentation shows", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/feeds.md", import.meta.url));
  const [, list = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const feeds = feedsIn(list);
  assertEquals(
    feeds.map(({ name, options: { jsonl, output, model } }) => [name, jsonl, output, model]),
    [
      ["gate", "out/gate.jsonl", "out/gate.mp4", "ssd-mobilenet-v2"],
      ["yard", "out/yard.jsonl", "rtsp://server/yard", "tiny-ssd-sky"],
    ],
  );
});
