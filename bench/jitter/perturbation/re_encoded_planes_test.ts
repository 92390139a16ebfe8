import { assert, assertEquals } from "@std/assert";
import { planesOf } from "../../../tests/_still_frame.ts";
import { reEncodedPlanes } from "./re_encoded_planes.ts";

for (const [width, height] of [[64, 48], [65, 47]] as const) {
  Deno.test(`reEncodedPlanes() gives nearly the same picture back: ${width}x${height}`, async () => {
    const planes = planesOf(
      width,
      height,
      (x, y) => 120 + 60 * Math.sin(x / 9) + 30 * Math.cos(y / 7),
      (x, y) => [120 + x / 2, 130 - y / 2],
    );
    const copy = await reEncodedPlanes(planes);
    assertEquals([copy.width, copy.height], [width, height]);
    const differences = copy.data.map((value, i) => Math.abs(value - planes.data[i]!));
    assert(differences.some((value) => value > 0), "nothing was lost");
    assert(differences.reduce((sum, value) => sum + value, 0) / differences.length < 3);
  });
}
