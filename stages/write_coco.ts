import { join, parse } from "node:path";
import type { Frame } from "../pipeline/frame.ts";
import type { Detected } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { isTrack } from "../pipeline/track.ts";
import { nanosecondsFrom } from "../pipeline/time_base.ts";
import { roundedBox, roundedShare } from "./writing/rounded.ts";
import { openTextOutput, type TextOutput } from "./writing/text_output.ts";
import { type BoxChoice, type BoxOptions, chosenBox } from "./box_choice.ts";
import type { TextTarget, WriteOptions } from "./text_target.ts";

/** What {@linkcode writeCoco} can be told. */
export interface WriteCocoOptions extends WriteOptions, BoxOptions {
  /**
   * Where the list of images goes. By default beside a file of results (`faces.images.json` beside
   * `faces.json`), and nowhere if the results go to a stream or a device.
   */
  readonly images?: TextTarget;
  /**
   * The names of all classes, by class number. By default the categories are those that were found.
   *
   * @default {[]}
   */
  readonly labels?: readonly string[];
}

/** A JSON array that is written element by element, one a line. */
class JsonArray {
  readonly #output: TextOutput;
  #separator = "\n";

  constructor(output: TextOutput) {
    this.#output = output;
  }

  /** Writes elements, each given as JSON. */
  async append(elements: readonly string[]): Promise<void> {
    if (elements.length === 0) return;
    await this.#output.write(this.#separator + elements.join(",\n"));
    this.#separator = ",\n";
  }
}

function resultsOf({ frame, detections }: Detected, boxes: BoxChoice): string[] {
  return detections.map((detection) => {
    const { x1, y1, width, height } = roundedBox(chosenBox(detection, boxes), frame.source);
    return JSON.stringify({
      image_id: frame.index,
      category_id: detection.classId,
      bbox: [x1, y1, width, height],
      score: roundedShare(detection.confidence),
      track_id: isTrack(detection) ? detection.trackId : undefined,
    });
  });
}

function imageOf({ index, pts, timeBase, source: { name, width, height } }: Frame): string {
  const time_base = `${timeBase.num}/${timeBase.den}`;
  const image = { id: index, file_name: name, width, height, frame_index: index, pts, time_base };
  // Nanoseconds may not fit in a number, so that their digits are put into the text as they are.
  return `${JSON.stringify(image).slice(0, -1)},"timestamp":${nanosecondsFrom(pts, timeBase)}}`;
}

function imagesPathFor(results: string): string {
  const { dir, name } = parse(results);
  return join(dir, `${name}.images.json`);
}

function endOfImages(categories: ReadonlyMap<number, string>): string {
  const list = [...categories].sort(([a], [b]) => a - b).map(([id, name]) => ({ id, name }));
  return `\n],"annotations":[],"categories":${JSON.stringify(list)}}\n`;
}

/** Writes the list of images, and the categories behind it. */
class ImageList {
  readonly #output: TextOutput;
  readonly #images: JsonArray;
  readonly #categories: Map<number, string>;

  constructor(output: TextOutput, labels: readonly string[]) {
    this.#output = output;
    this.#images = new JsonArray(output);
    this.#categories = new Map(labels.entries());
  }

  begin(): Promise<void> {
    return this.#output.write('{"images":[');
  }

  async append({ frame, detections }: Detected): Promise<void> {
    for (const { classId, label } of detections) {
      if (!this.#categories.has(classId)) this.#categories.set(classId, label);
    }
    await this.#images.append([imageOf(frame)]);
  }

  async end(): Promise<void> {
    await this.#output.write(endOfImages(this.#categories));
    await this.#output.end();
  }
}

/**
 * Writes results in the form of COCO (cocodataset.org, "Results Format"): an array of
 * `{ image_id, category_id, bbox: [x, y, width, height], score }`, which pycocotools' `loadRes`
 * reads, with a `track_id` where objects are followed; and beside it the matching `images` and
 * `categories`, as a data set without annotations.
 *
 * `image_id` is the number of the frame, `category_id` that of the class, both from 0. Each image
 * has the source's name as `file_name`, and its `frame_index`, `pts`, `time_base` and `timestamp` in
 * nanoseconds. Pixels have two decimals; boxes are clipped to the frame. Held frames are left out of
 * both, as nothing was found on them. Both are written frame by frame, not kept in memory.
 *
 * @param target The path of a file, or a stream.
 * @param options How to treat the target, and what belongs to it.
 * @returns The stage; what flows through it is untouched. It fails with an {@linkcode OutputError}
 * before it takes a frame if a file exists or cannot be made, later if it cannot be written to. If
 * the reader of a pipe has gone, the error's cause is a `Deno.errors.BrokenPipe`.
 *
 * @example Results, and `faces.images.json`
 * ```ts ignore
 * await detections.pipeThrough(writeCoco("faces.json")).pipeTo(discard());
 * ```
 */
export function writeCoco<T extends Detected>(
  target: TextTarget,
  { images, labels = [], boxes = "smoothed", ...options }: WriteCocoOptions = {},
): MeteredStage<T, T> {
  return stage("writeCoco", async function* (items: AsyncIterable<T>, signal) {
    await using output = await openTextOutput(target, options, signal);
    const imageTarget = images ?? (output.isFile ? imagesPathFor(String(target)) : undefined);
    await using imageOutput = imageTarget === undefined
      ? undefined
      : await openTextOutput(imageTarget, options, signal);
    const results = new JsonArray(output);
    const list = imageOutput && new ImageList(imageOutput, labels);
    await output.write("[");
    await list?.begin();
    for await (const item of items) {
      if (!item.isHeld) {
        await results.append(resultsOf(item, boxes));
        await list?.append(item);
      }
      yield item;
    }
    await output.write("\n]\n");
    await output.end();
    await list?.end();
  });
}
