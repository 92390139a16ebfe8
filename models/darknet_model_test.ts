import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ModelError } from "../pipeline/errors.ts";
import { madeWeights } from "../tests/_made_darknet.ts";
import { inTempDir } from "../tests/_temp_dir.ts";
import { COCO_LABELS } from "./coco_labels.ts";
import { inspectOnnx } from "./importers/onnx.ts";
import { loadModel } from "./registry.ts";

/** A network of one convolution and a head. */
function cfgOf({ classes = 3, channels = 3 } = {}): string {
  return `[net]\nwidth=64\nheight=32\nchannels=${channels}\n` +
    `[convolutional]\nsize=8\nstride=8\nfilters=${2 * (5 + classes)}\nactivation=linear\n` +
    `[yolo]\nclasses=${classes}\nnum=2\nanchors=1,2,3,4\nscale_x_y=1.1\n`;
}

/** Writes a network's files into a directory. */
async function written(dir: string, cfg: string): Promise<string> {
  await Deno.writeTextFile(`${dir}/my.net.cfg`, cfg);
  await Deno.writeFile(`${dir}/my.net.weights`, madeWeights(cfg));
  return `${dir}/my.net`;
}

Deno.test("loadModel() takes a Darknet network by either of its files", () =>
  inTempDir(async (dir) => {
    const stem = await written(dir, cfgOf());
    const { card, detector, network } = await loadModel(`${stem}.cfg`);
    assertEquals([card.name, card.task, card.labels], [
      "my.net",
      "object detection",
      ["class 0", "class 1", "class 2"],
    ]);
    assertEquals([card.input.width, card.input.height], [64, 32]);
    const filters = 16 * 3 * 64;
    assertEquals([card.parameters, card.multiplyAccumulates], [filters + 16, filters * 32]);
    assertEquals(card.sizeBytes, 4 * card.parameters + 20);
    const { inputs, outputs } = inspectOnnx(network);
    assertEquals([inputs, outputs], [
      [{ name: "data", dims: [undefined, 3, 32, 64], type: "float" }],
      [{ name: "yolo_1", dims: [undefined, 16, 4, 8], type: "float" }],
    ]);
    const data = new Float32Array(16 * 32);
    assertEquals(detector.decode({ yolo_1: { dims: [1, 16, 4, 8], data } }, 0.2).length, 64);
    assertEquals((await loadModel(`${stem}.weights`)).network, network);
  }));

Deno.test("loadModel() names a Darknet network's classes by the file beside it, or by COCO", () =>
  inTempDir(async (dir) => {
    const stem = await written(dir, cfgOf());
    await Deno.writeTextFile(`${stem}.names`, "car\r\nbus\r\nlorry\r\n\r\n");
    assertEquals((await loadModel(`${stem}.cfg`)).card.labels, ["car", "bus", "lorry"]);
    await Deno.writeTextFile(`${stem}.names`, "car\nbus\n");
    await assertRejects(() => loadModel(`${stem}.cfg`), ModelError, "there are 2");
    await Deno.remove(`${stem}.names`);
    await written(dir, cfgOf({ classes: 80 }));
    assertEquals((await loadModel(`${stem}.cfg`)).card.labels, COCO_LABELS);
  }));

Deno.test.each([
  { flaw: "no head", cfg: cfgOf().replace(/\[yolo\][^]*/, ""), message: "has no [yolo] layer" },
  {
    flaw: "heads of different classes",
    cfg: cfgOf() + "[convolutional]\nfilters=12\nactivation=linear\n" +
      "[yolo]\nclasses=1\nnum=2\nanchors=1,2,3,4\n",
    message: "3 and 1",
  },
  { flaw: "a cfg without end", cfg: cfgOf() + "#".repeat(2 ** 20), message: "are no cfg" },
  { flaw: "a channel only", cfg: cfgOf({ channels: 1 }), message: "takes 1 channels" },
])(
  "loadModel() refuses a Darknet network with $flaw in one line",
  ({ cfg, message }) =>
    inTempDir(async (dir) => {
      const stem = await written(dir, cfg);
      const error = await assertRejects(() => loadModel(`${stem}.cfg`), ModelError, message);
      assertMatch(error.message, /^Cannot [^\n]+$/);
    }),
);

Deno.test("loadModel() refuses half of a Darknet network", () =>
  inTempDir(async (dir) => {
    const stem = await written(dir, cfgOf());
    await Deno.remove(`${stem}.weights`);
    const { message } = await assertRejects(() => loadModel(`${stem}.cfg`), ModelError);
    assertMatch(message, /my\.net\.weights": there is no such file$/);
  }));

Deno.test("loadModel() says where the weights of an architecture come from", async () => {
  const { message } = await assertRejects(() => loadModel("slimyolov3-spp3-90"), ModelError);
  assertMatch(message, /^Cannot run the model "slimyolov3-spp3-90", .*train it with Darknet/);
});
