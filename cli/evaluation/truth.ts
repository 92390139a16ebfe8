import { basename } from "node:path";
import type { Box } from "../../pipeline/box.ts";
import type { SourceError } from "../../pipeline/errors.ts";

/** An object that is there, by the name that the truth has for it. */
export interface NamedObject {
  /** What it is; absent where the truth does not tell. */
  readonly label?: string;
  /** Where it is, in frame pixels from 0. */
  readonly box: Box<"frame">;
  /** Set where what is detected there is neither right nor wrong. */
  readonly isCrowd?: boolean;
}

/** Which frame or picture of a source is meant. */
export interface Place {
  /** The path of the video or picture. */
  readonly name: string;
  /** The number of the frame, from 0. */
  readonly index: number;
  /** Whether it is a frame of a video rather than a picture. */
  readonly isFrame: boolean;
  /** Its size, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** What is there, in all frames or pictures of a source. */
export interface Truth {
  /** All labels, with how many objects have each. */
  readonly labels: ReadonlyMap<string | undefined, number>;
  /**
   * What is there in a frame or picture; undefined where nobody looked.
   *
   * @throws {SourceError} If the truth is of another picture.
   */
  objectsAt(place: Place): readonly NamedObject[] | undefined;
}

/** How a truth is read. */
export interface TruthOptions {
  /** The number of the first pixel where it does not go without saying: 0 in a CSV, 1 in MOT text. */
  readonly origin: number | undefined;
  /** Whether frames that it does not name are passed over, rather than taken to be empty. */
  readonly isListedOnly: boolean;
}

/** Makes an error about a truth. */
export type Fail = (reason: string, cause?: unknown) => SourceError;

/** How many objects have each label, crowds aside. */
export function labelsOf(
  objects: Iterable<NamedObject>,
): Map<string | undefined, number> {
  const labels = new Map<string | undefined, number>();
  for (const { label, isCrowd } of objects) {
    labels.set(label, (labels.get(label) ?? 0) + (isCrowd ? 0 : 1));
  }
  return labels;
}

/** The last part of a path, whichever way its slashes lean. */
export function lastOf(path: string): string {
  return basename(path.replaceAll("\\", "/"));
}
