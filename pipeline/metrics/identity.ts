import { bestPairs, checkMinIou, indexed, zeros } from "./_pairing.ts";
import type { PairingOptions } from "./clear.ts";
import type { ComparedFrame } from "./compared_frame.ts";

/** What {@linkcode identityOf} counts. */
export interface Identity {
  /** The harmonic mean of `idPrecision` and `idRecall`, from 0 to 1. */
  readonly idf1?: number;
  /** Which share of the tracks' boxes lies on the object to which the track belongs. */
  readonly idPrecision?: number;
  /** Which share of the truth's boxes is found by the track that belongs to the object. */
  readonly idRecall?: number;
  /** Boxes that lie on the object to which their track belongs. */
  readonly idTruePositives: number;
  /** Boxes of tracks that do not. */
  readonly idFalsePositives: number;
  /** Boxes of the truth that are not found by the track that belongs to the object. */
  readonly idFalseNegatives: number;
}

/**
 * The identity metrics (Ristani et al., "Performance Measures and a Data Set for Multi-Target,
 * Multi-Camera Tracking", 2016): each object belongs to one track over the whole clip, and each track
 * to one object, so that as many boxes as possible agree.
 *
 * @param frames All frames of a clip.
 * @param options See {@linkcode PairingOptions}.
 * @returns The metrics; a ratio is absent where it would be of nothing.
 * @throws {RangeError} If a frame has a trackId twice or minIou is out of range.
 */
export function identityOf(
  frames: readonly ComparedFrame[],
  { minIou = 0.5 }: PairingOptions = {},
): Identity {
  checkMinIou(minIou);
  const clip = indexed(frames);
  const agreements = zeros(clip);
  let truths = 0;
  let tracked = 0;
  for (const { truth, tracks, ious } of clip.frames) {
    truths += truth.length;
    tracked += tracks.length;
    truth.forEach((object, row) =>
      tracks.forEach((track, column) => {
        if (ious[row]![column]! >= minIou) agreements[object]![track]!++;
      })
    );
  }
  const found = bestPairs(agreements.map((row) => [...row]))
    .reduce((sum, [object, track]) => sum + agreements[object]![track]!, 0);
  return {
    ...(truths + tracked && { idf1: 2 * found / (truths + tracked) }),
    ...(tracked && { idPrecision: found / tracked }),
    ...(truths && { idRecall: found / truths }),
    idTruePositives: found,
    idFalsePositives: tracked - found,
    idFalseNegatives: truths - found,
  };
}
