import type { Box, Point } from "../pipeline/box.ts";

/** A face as the reference found it, in frame pixels. */
export interface ReferenceFace {
  /** From 0 to 1. */
  readonly confidence: number;
  /** Where it is. */
  readonly box: Box<"frame">;
  /** Its six points, in the network's order. */
  readonly keypoints: readonly Point<"frame">[];
}

/** A frame that the reference looked at. */
export interface ReferenceFrame {
  /** Its number in the stream, from 0. */
  readonly frame: number;
  /** Its presentation time, in ticks of the stream. */
  readonly pts: number;
  /** What was found in it. */
  readonly faces: readonly ReferenceFace[];
}

function faceFrom([confidence, x1, y1, x2, y2, ...points]: number[]): ReferenceFace {
  const keypoints = [];
  for (let i = 0; i < points.length; i += 2) keypoints.push({ x: points[i]!, y: points[i + 1]! });
  return { confidence: confidence!, box: { x1: x1!, y1: y1!, x2: x2!, y2: y2! }, keypoints };
}

/**
 * The faces that MediaPipe's own program finds in the test clips.
 *
 * @param model The name of the model.
 * @returns The frames, by the name of the clip's file.
 */
export async function referenceFaces(model: string): Promise<Map<string, ReferenceFrame[]>> {
  const url = new URL(`fixtures/faces/mediapipe_${model}.json`, import.meta.url);
  const { clips } = JSON.parse(await Deno.readTextFile(url)) as {
    clips: { name: string; frames: { frame: number; pts: number; faces: number[][] }[] }[];
  };
  return new Map(clips.map(({ name, frames }) => [
    name,
    frames.map(({ frame, pts, faces }) => ({ frame, pts, faces: faces.map(faceFrom) })),
  ]));
}
