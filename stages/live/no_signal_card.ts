import { yuvFromRgb } from "../../pipeline/colour.ts";
import { type Planes, planesByteLength, planesFrom } from "../../pipeline/planes.ts";
import type { Colour } from "../../pipeline/colour.ts";
import { LabelWriter } from "../drawing/label_writer.ts";
import { pastePatch } from "../drawing/paint.ts";
import type { Rgb } from "../drawing/palette.ts";
import type { PictureForm } from "./refit.ts";

/** The ground, dark enough that nobody takes it for a picture, and not as black as a failure. */
const GROUND: Rgb = [38, 42, 50];

/** The size of the fonts, as shares of the picture's smaller side. */
const TITLE_SHARE = 1 / 9;
const DETAIL_SHARE = 1 / 18;

/** What stands on a card. */
export interface CardText {
  /** What the feed is called. */
  readonly name: string;
  /** The time. */
  readonly at: Date;
}

/** Paints the picture that is shown while there is none: a title, the feed's name and the time. */
export class NoSignalCard {
  readonly #title: LabelWriter;
  readonly #detail: LabelWriter;
  readonly #form: PictureForm;

  /** @param form The form of the output. */
  constructor(form: PictureForm) {
    this.#form = form;
    const side = Math.min(form.width, form.height);
    const colour: Colour = { ...form.colour, tags: {} };
    const writer = (share: number) =>
      new LabelWriter({ fontSize: Math.max(8, side * share), maxWidth: form.width, colour });
    this.#title = writer(TITLE_SHARE);
    this.#detail = writer(DETAIL_SHARE);
  }

  /**
   * Paints a card.
   *
   * @param text What stands on it, under the title.
   * @returns The picture.
   */
  async painted({ name, at }: CardText): Promise<Planes> {
    const { width, height, colour } = this.#form;
    const planes = planesFrom(new Uint8Array(planesByteLength(width, height)), width, height);
    const ground = yuvFromRgb(GROUND, colour);
    planes.y.fill(ground.y);
    planes.u.fill(ground.u);
    planes.v.fill(ground.v);
    const time = `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
    const lines = [
      await tagFrom(this.#title, "No signal"),
      await tagFrom(this.#detail, name),
      await tagFrom(this.#detail, time),
    ].filter((line) => line !== undefined);
    const total = lines.reduce((sum, line) => sum + line.height, 0);
    let y = even((height - total) / 2);
    for (const line of lines) {
      if (y >= 0 && y + line.height <= height) {
        pastePatch(planes, line, { x: even((width - line.width) / 2), y });
      }
      y += line.height;
    }
    return planes;
  }
}

async function tagFrom(writer: LabelWriter, label: string): Promise<Planes | undefined> {
  await writer.prepare([label]);
  return writer.tagOf({ label, ground: GROUND });
}

function even(value: number): number {
  return 2 * Math.floor(value / 2);
}
