import { z } from "zod";
import { type Fail, labelsOf, lastOf, type NamedObject, type Place, type Truth } from "./truth.ts";

const id = z.union([z.int(), z.string()]);

/** What is read of COCO's annotations (cocodataset.org, "Data format"); all else is passed over. */
const schema = z.object({
  images: z.array(z.object({
    id,
    file_name: z.string().min(1),
    width: z.number().positive().optional(),
    height: z.number().positive().optional(),
    frame_index: z.int().nonnegative().optional(),
  })),
  annotations: z.array(z.object({
    image_id: id,
    category_id: id,
    bbox: z.tuple([z.number(), z.number(), z.number().nonnegative(), z.number().nonnegative()]),
    iscrowd: z.union([z.literal(0), z.literal(1), z.boolean()]).optional(),
  })),
  categories: z.array(z.object({ id, name: z.string().min(1) })),
});

type Image = z.infer<typeof schema>["images"][number];

/**
 * What COCO's JSON tells to be there. A picture is known by the name of its file, a frame of a video
 * by `frame_index`, as steadybox writes it; those that it does not list are not looked at.
 */
export function cocoTruth(text: string, fail: Fail): Truth {
  const { images, annotations, categories } = parsed(text, fail);
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  const objects = new Map(images.map(({ id }) => [id, [] as NamedObject[]]));
  for (const [at, { image_id, category_id, bbox, iscrowd }] of annotations.entries()) {
    const label = names.get(category_id);
    const here = objects.get(image_id);
    if (label === undefined) throw fail(`annotations[${at}]: there is no category ${category_id}`);
    if (!here) throw fail(`annotations[${at}]: there is no image ${image_id}`);
    const [x, y, width, height] = bbox;
    const box = { x1: x, y1: y, x2: x + width, y2: y + height };
    here.push({ label, box, ...iscrowd && { isCrowd: true } });
  }
  const byName = Map.groupBy(images, ({ file_name }) => lastOf(file_name));
  return {
    labels: labelsOf([...objects.values()].flat()),
    objectsAt(place) {
      const image = imageAt(place, byName.get(lastOf(place.name)) ?? []);
      if (!image) return undefined;
      checkSize(image, place, fail);
      return objects.get(image.id);
    },
  };
}

function parsed(text: string, fail: Fail): z.infer<typeof schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw fail("it is not JSON", cause);
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  const place = issue?.path.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`)
    .join("").replace(/^\./, "");
  throw fail(`${place ? `${place}: ` : ""}${issue?.message ?? "it is not COCO's"}`, error);
}

/** The image that a frame or picture is, among those with the same file's name. */
function imageAt({ name, index, isFrame }: Place, images: readonly Image[]): Image | undefined {
  if (isFrame) return images.find(({ frame_index }) => frame_index === index);
  if (images.length <= 1) return images[0];
  const path = name.replaceAll("\\", "/");
  // Of several directories the one with more of the path in common.
  return images.filter(({ file_name }) => `/${path}`.endsWith(`/${file_name}`))
    .toSorted((a, b) => b.file_name.length - a.file_name.length)[0];
}

function checkSize(image: Image, { name, width, height }: Place, fail: Fail): void {
  const isSame = (image.width ?? width) === width && (image.height ?? height) === height;
  if (isSame) return;
  throw fail(
    `"${image.file_name}" is ${image.width}x${image.height} there, and "${name}" is ` +
      `${width}x${height}`,
  );
}
