import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ModelError } from "../../pipeline/errors.ts";
import { madeWeights } from "../../tests/_made_darknet.ts";
import { activate } from "../darknet/activate.ts";
import { formatCfg, parseCfg } from "../darknet/cfg.ts";
import { ACTIVATIONS } from "../darknet/layer.ts";
import { readArchitecture } from "../darknet/network.ts";
import { importDarknet } from "./darknet.ts";

const NET = "[net]\nwidth=32\nheight=32\n";
const CONV = "[convolutional]\nbatch_normalize=1\nfilters=8\nsize=3\nstride=2\npad=1\n" +
  "activation=leaky\n";
const GOOD = NET + CONV;

Deno.test.each([
  { flaw: "nothing", cfg: "", line: 1 },
  { flaw: "text", cfg: "Surely not a network.", line: 1 },
  { flaw: "an option before any section", cfg: "width=4\n[net]", line: 1 },
  { flaw: "a layer before [net]", cfg: CONV + NET, line: 1 },
  { flaw: "no layer", cfg: NET, line: 1 },
  { flaw: "no size", cfg: `[net]\nwidth=32\n${CONV}`, line: 1 },
  { flaw: "an endless size", cfg: `[net]\nheight=32\nwidth=1e9\n${CONV}`, line: 3 },
  { flaw: "a layer that nobody knows", cfg: `${GOOD}[lstm]\noutput=3\n`, line: 11 },
  { flaw: "a name of Object.prototype", cfg: `${GOOD}[constructor]\n`, line: 11 },
  { flaw: "another activation", cfg: GOOD.replace("leaky", "plse"), line: 10 },
  { flaw: "half a filter", cfg: GOOD.replace("filters=8", "filters=7.5"), line: 6 },
  { flaw: "no number of filters", cfg: GOOD.replace("filters=8", "filters="), line: 6 },
  { flaw: "groups that do not fit", cfg: `${GOOD}${CONV}groups=3\n`, line: 18 },
  { flaw: "dilation", cfg: `${GOOD}dilation=2\n`, line: 11 },
  { flaw: "a route to a layer behind", cfg: `${GOOD}[route]\nlayers=1\n`, line: 12 },
  { flaw: "a route to before the start", cfg: `${GOOD}[route]\nlayers=-2\n`, line: 12 },
  { flaw: "a route to nothing", cfg: `${GOOD}[route]\nlayers=\n`, line: 12 },
  { flaw: "joined layers of two sizes", cfg: `${GOOD}${CONV}[route]\nlayers=0,1\n`, line: 19 },
  { flaw: "a sum of two sizes", cfg: `${GOOD}${CONV}[shortcut]\nfrom=-2\n`, line: 19 },
  { flaw: "a sum of three", cfg: `${GOOD}[shortcut]\nfrom=-1,-1\n`, line: 12 },
  { flaw: "a weighted sum", cfg: `${GOOD}[shortcut]\nfrom=-1\nweights_type=relu\n`, line: 13 },
  { flaw: "a head of other channels", cfg: `${GOOD}[yolo]\nnum=1\nanchors=1,2\n`, line: 11 },
  {
    flaw: "a head of other coordinates",
    cfg: `${GOOD}[yolo]\nclasses=3\nnum=1\nanchors=1,2\nnew_coords=1\n`,
    line: 15,
  },
  { flaw: "an anchor too few", cfg: `${GOOD}[yolo]\nclasses=3\nnum=2\nanchors=1,2\n`, line: 14 },
  {
    flaw: "a mask beyond the anchors",
    cfg: `${GOOD}[yolo]\nclasses=3\nnum=1\nanchors=1,2\nmask=1\n`,
    line: 15,
  },
  { flaw: "a picture that grows without end", cfg: GOOD + "[upsample]\nstride=99\n".repeat(4) },
  {
    flaw: "a window larger than the picture",
    cfg: GOOD.replace("size=3", "size=99").replace("pad=1", "pad=0"),
    line: 4,
  },
  { flaw: "sections without end", cfg: "[route]\n".repeat(5000), line: 4097 },
])("importDarknet() refuses a cfg with $flaw and names the line", ({ cfg, line = 13 }) => {
  const { message } = assertThrows(
    () => importDarknet({ cfg, weights: new Uint8Array(20) }),
    ModelError,
  );
  assertMatch(message, new RegExp(`^Cannot read [^\\n]* line ${line} of its cfg: [^\\n]+$`));
});

Deno.test.each([
  { flaw: "none", change: () => new Uint8Array(0) },
  { flaw: "only a head", change: (good: Uint8Array) => good.slice(0, 20) },
  { flaw: "a byte too few", change: (good: Uint8Array) => good.slice(0, -1) },
  { flaw: "a number too few", change: (good: Uint8Array) => good.slice(0, -4) },
  {
    flaw: "a number too many",
    change: (good: Uint8Array) => new Uint8Array([...good, 0, 0, 0, 0]),
  },
  { flaw: "a huge version", change: (good: Uint8Array) => good.with(1, 255) },
])("importDarknet() refuses weights with $flaw in one line", ({ change }) => {
  const weights = new Uint8Array(change(madeWeights(GOOD)));
  const { message } = assertThrows(() => importDarknet({ cfg: GOOD, weights }), ModelError);
  assertMatch(message, /^Cannot read the Darknet network: [^\n]+$/);
});

Deno.test("importDarknet() reads weights of the time before version 0.2", () => {
  const weights = madeWeights(GOOD);
  const old = new Uint8Array([...new Uint8Array(16), ...weights.slice(20)]);
  assertEquals(
    importDarknet({ cfg: GOOD, weights: old }).weights,
    importDarknet({ cfg: GOOD, weights }).weights,
  );
});

Deno.test("importDarknet() takes what Darknet takes: spaces, comments, Windows line ends", () => {
  const odd = "# a comment\r\n[net]\r\nwidth = 32 ; wide\r\nheight=32\r\n\r\n; another\r\n" +
    CONV.replaceAll("=", " = ").replaceAll("\n", "  \r\n");
  const plain = readArchitecture(GOOD);
  const facts = ({ line: _, ...layer }: typeof plain.layers[number]) => layer;
  assertEquals(readArchitecture(odd).layers.map(facts), plain.layers.map(facts));
  assertEquals(formatCfg(parseCfg(odd)), formatCfg(parseCfg(GOOD)));
});

Deno.test("maxpool has the sizes that Darknet gives it", () => {
  const sizeAfter = (options: string, width: number) =>
    readArchitecture(
      `[net]\nwidth=${width}\nheight=32\n[convolutional]\nactivation=linear\n[maxpool]\n${options}`,
    ).layers[1]?.dims[2];
  assertEquals(sizeAfter("size=2\nstride=2\n", 13), 7);
  assertEquals(sizeAfter("size=2\nstride=1\n", 13), 13);
  assertEquals(sizeAfter("size=13\nstride=1\n", 5), 5);
  assertEquals(sizeAfter("size=3\nstride=2\npadding=1\n", 32), 16);
  assertEquals(sizeAfter("size=3\nstride=2\npadding=0\n", 32), 15);
});

Deno.test("activate() has the values of the activations' definitions", () => {
  const values = Object.fromEntries(ACTIVATIONS.map((one) => [one, activate(one, -2)]));
  const sigmoid = 0.11920292202211755; // 1 / (1 + e^2)
  assertEquals({ ...values, mish: 0, relu: 0 }, {
    linear: -2,
    leaky: -0.2,
    relu: 0,
    relu6: 0,
    logistic: sigmoid,
    mish: 0,
    swish: -2 * sigmoid,
  });
  assertEquals([activate("relu6", 7), activate("leaky", 3), activate("mish", 0)], [6, 3, 0]);
  assertEquals(activate("mish", 1).toFixed(6), "0.865098");
});
