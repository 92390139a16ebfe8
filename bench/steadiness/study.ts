/**
 * What makes boxes hold still best: the candidates of real clips by real networks, every method on the
 * same tracks, parameters chosen on some clips and judged on another.
 *
 *     deno run --allow-read --allow-write=.cache --allow-run=ffmpeg,ffprobe --allow-ffi --allow-env \
 *       bench/steadiness/study.ts
 *
 * @module
 */

import { loadModel } from "../../mod.ts";
import { candidatesOf } from "./detections.ts";
import { FOOTAGE } from "./footage.ts";
import { type Judged, judgedBy } from "./leave_one_out.ts";
import { METHODS } from "./methods.ts";
import { report } from "./report.ts";
import { type StudyTrack, studyTracksOf } from "./study_track.ts";

const CACHE = new URL("../../.cache/steadiness/", import.meta.url);

/** All tracks of all clips, with what is below the given frequency as their reference. */
async function allTracks(cutoffHz: number): Promise<StudyTrack[]> {
  const tracks: StudyTrack[] = [];
  for (const footage of FOOTAGE) {
    const { detector } = await loadModel(footage.model);
    const { confidence: minConfidence, iou } = detector.defaults;
    const candidates = await candidatesOf(footage, CACHE);
    tracks.push(...await studyTracksOf(footage, candidates, { iou, minConfidence, cutoffHz }));
  }
  return tracks;
}

if (import.meta.main) {
  const cutoffHz = Number(Deno.args[0] ?? 3);
  const wanted = Deno.args.slice(1);
  const tracks = await allTracks(cutoffHz);
  const judged: Judged[] = [];
  for (const method of METHODS) {
    if (wanted.length && !wanted.includes(method.name)) continue;
    judged.push(judgedBy(method, tracks));
    await Deno.stderr.write(new TextEncoder().encode(`${method.name}\n`));
  }
  await Deno.stdout.write(new TextEncoder().encode(report(judged, tracks, cutoffHz)));
}
