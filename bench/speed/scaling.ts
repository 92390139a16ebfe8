import { fileURLToPath } from "node:url";
import type { Recipe } from "./clips.ts";
import { type Contender, steadybox, type Subject } from "./contenders.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SHARED = `${ROOT}../shared/`;
const FACE = `${ROOT}tests/fixtures/clips/talking_face.mp4`;
const HELICOPTER = `${SHARED}clips/drones/V_HELICOPTER_002.mp4`;
const DARKNET = `${SHARED}weights/mobilenetv2-yolov3-nano-coco.cfg`;

/** What steadybox is measured on besides the clip that all contenders have. */
export interface Variant {
  readonly contender: Contender;
  readonly recipe: Recipe;
  readonly model: string;
}

/** What is varied, in one of its steps. */
interface Step {
  readonly label: string;
  readonly recipe: Recipe;
  readonly model?: string;
  /** The lowest confidence, where the model's own finds too little. */
  readonly minConfidence?: number;
  readonly feeds?: number;
}

/** On each of these clips the model finds at least two boxes a frame. */
function stepsBy(
  clip: string,
): Readonly<Record<"resolution" | "model" | "objects" | "feeds", Step[]>> {
  const faces = { clip: FACE, tiles: 2 };
  return {
    resolution: [360, 720, 1080, 2160].map((height) => ({
      label: height === 2160 ? "4K" : `${height}p`,
      recipe: { clip, height },
    })),
    model: [
      { label: "blazeface-short", recipe: faces },
      { label: "blazeface-full", recipe: faces },
      { label: "blazeface-full-sparse", recipe: faces },
      { label: "ssd-mobilenet-v2", recipe: { clip }, minConfidence: 0.3 },
      { label: "tiny-ssd-sky", recipe: { clip: HELICOPTER, tiles: 2 } },
      { label: "yolov3-nano (Darknet)", recipe: { clip }, model: DARKNET },
    ].map((step) => ({ model: step.label, ...step })),
    objects: [2, 3, 4].map((tiles) => ({
      label: `${tiles * tiles} faces`,
      recipe: { clip: FACE, tiles },
    })),
    feeds: [1, 2, 4, 8].map((feeds) => ({ label: `${feeds} at a time`, recipe: { clip }, feeds })),
  };
}

/**
 * What shows how the speed changes with the size of the frames, the model, the number of objects in a
 * frame and the number of feeds, each without and with a video written.
 *
 * @param clip The clip that all contenders have.
 * @param model The model that they have.
 * @returns What can be measured here: what takes files that do not lie here is left out.
 */
export async function variantsOf(clip: string, model: string): Promise<Variant[]> {
  const variants: Variant[] = [];
  for (const [by, steps] of Object.entries(stepsBy(clip))) {
    for (const step of steps) {
      if (!await areThere(step.recipe.clip, step.model)) continue;
      for (const output of ["detections", "annotated"] as const) {
        const contender = contenderFor(by as keyof ReturnType<typeof stepsBy>, step, output);
        variants.push({ contender, recipe: step.recipe, model: step.model ?? model });
      }
    }
  }
  return variants;
}

async function areThere(clip: string, model: string | undefined): Promise<boolean> {
  const paths = model?.includes("/") ? [clip, model] : [clip];
  const found = await Promise.all(paths.map((path) => Deno.stat(path).catch(() => undefined)));
  return found.every((file) => file !== undefined);
}

function contenderFor(
  by: keyof ReturnType<typeof stepsBy>,
  { label, minConfidence, feeds }: Step,
  output: "detections" | "annotated",
): Contender {
  const group = `${by}, ${output}` as const;
  const name = `${group}: ${label}`;
  const isDrawn = output === "annotated";
  if (feeds !== undefined) return feedsContender({ name, group }, feeds, isDrawn);
  const file = name.replaceAll(/\W+/g, "-");
  return {
    ...{ name, group },
    listings: [`${file}.jsonl`],
    command: (subject) =>
      steadybox(
        subject,
        ...[subject.clip, "--jsonl", `${subject.folder}/${file}.jsonl`],
        ...(minConfidence === undefined ? [] : ["--conf", String(minConfidence)]),
        ...(isDrawn ? ["--output", `${subject.folder}/${file}.mp4`] : []),
      ),
  };
}

/**
 * Several feeds in one run, as users have them: they are files, so that none is thinned.
 *
 * @param names What the contender is called, and what it is one of.
 * @param feeds How many there are.
 * @param isDrawn Whether each is written as a video.
 * @returns The contender.
 */
export function feedsContender(
  names: Pick<Contender, "name" | "group">,
  feeds: number,
  isDrawn: boolean,
): Contender {
  const file = names.name.replaceAll(/\W+/g, "-");
  const feedNames = Array.from({ length: feeds }, (_, feed) => `${file}-${feed}`);
  const list = ({ folder }: Subject) => `${folder}/${file}.json`;
  return {
    ...names,
    listings: feedNames.map((name) => `${name}.jsonl`),
    async prepare(subject) {
      const { clip, folder } = subject;
      const entries = feedNames.map((name) => ({
        ...{ name, url: clip, jsonl: `${folder}/${name}.jsonl` },
        ...(isDrawn && { output: `${folder}/${name}.mp4` }),
      }));
      // JSON is YAML, too.
      await Deno.writeTextFile(list(subject), JSON.stringify({ feeds: entries }));
    },
    command: (subject) => steadybox(subject, "--sources", list(subject)),
  };
}
