/** A network that is imported from TFLite. */
export interface TfliteNetwork {
  /** The name of what TensorFlow Lite makes of it, in `tests/fixtures/models/`. */
  readonly name: string;
  /** The width and height of its input, in pixels. */
  readonly size: number;
  /** Reads it. */
  read(): Uint8Array<ArrayBuffer>;
}

function fileIn(packageFile: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(import.meta.resolve(packageFile)));
}

function faceDetector(name: string, size: number): TfliteNetwork {
  return { name, size, read: () => fileIn(`@mediapipe/face_detection/${name}.tflite`) };
}

/** The networks of the packages. */
export const TFLITE_NETWORKS: readonly TfliteNetwork[] = [
  faceDetector("face_detection_short_range", 128),
  faceDetector("face_detection_full_range", 192),
  faceDetector("face_detection_full_range_sparse", 192),
  {
    name: "object_detection_ssd_mobilenetv2_oidv4_fp16",
    size: 300,
    // Its label map lies before it.
    read: () => fileIn("@mediapipe/objectron/objectron_solution_packed_assets.data").slice(184),
  },
];
