import type { Footage } from "./detections.ts";

const ROOT = new URL("../../", import.meta.url);

/** The folder of the larger clips: see the README on STEADYBOX_FIXTURES. */
const FIXTURES = Deno.env.get("STEADYBOX_FIXTURES") ?? new URL("../shared", ROOT).pathname;

function sharedClip(name: string): string {
  return `${FIXTURES}/clips/${name}.mp4`;
}

function ownClip(name: string): string {
  return new URL(`.cache/clips/${name}.mp4`, ROOT).pathname;
}

const FACES = ["blazeface-full", "blazeface-short"];

/** What the study looks at: the clips by `setup.sh` and those in the folder of larger fixtures. */
export const FOOTAGE: readonly Footage[] = [
  ...FACES.flatMap((model) => [
    { clip: "franck", path: ownClip("franck"), model, durationS: 80 },
    { clip: "cap12_edit", path: ownClip("cap12_edit"), model },
    { clip: "cap13_edit2", path: ownClip("cap13_edit2"), model },
    { clip: "woman_60fps", path: sharedClip("woman_60fps"), model },
  ]),
  { clip: "walkers_1080p", path: sharedClip("walkers_1080p"), model: "blazeface-full" },
  ...["walkers_1080p", "cars_nadir", "road_vfr"].map((clip) => (
    { clip, path: sharedClip(clip), model: "ssd-mobilenet-v2" }
  )),
  ...["V_AIRPLANE_008", "V_DRONE_025", "V_DRONE_102", "V_HELICOPTER_002"].map((clip) => ({
    clip,
    path: sharedClip(`drones/${clip}`),
    model: "tiny-ssd-sky",
    truth: `${FIXTURES}/clips/drones/${clip}.csv`,
  })),
];
