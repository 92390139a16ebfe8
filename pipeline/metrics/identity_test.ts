import { assertAlmostEquals, assertEquals } from "@std/assert";
import { crowd, trackEvalOfTudCampus, tudCampus } from "../../tests/_tracked_scenes.ts";
import { identityOf } from "./identity.ts";

const BOX = { x1: 0, y1: 0, x2: 10, y2: 20 };

Deno.test("identityOf() says of TUD-Campus what TrackEval says", () => {
  const { Identity } = trackEvalOfTudCampus();
  const identity = identityOf(tudCampus());
  assertAlmostEquals(identity.idf1!, Identity.IDF1!, 1e-12);
  assertAlmostEquals(identity.idPrecision!, Identity.IDP!, 1e-12);
  assertAlmostEquals(identity.idRecall!, Identity.IDR!, 1e-12);
  assertEquals(
    [identity.idTruePositives, identity.idFalsePositives, identity.idFalseNegatives],
    [Identity.IDTP, Identity.IDFP, Identity.IDFN],
  );
});

Deno.test("identityOf() says of a crowd what a second implementation says", () => {
  const { frames, idf1, idTruePositives } = crowd();
  const identity = identityOf(frames);
  assertAlmostEquals(identity.idf1!, idf1, 1e-12);
  assertEquals(identity.idTruePositives, idTruePositives);
});

Deno.test("identityOf() gives an object to the track that has it longest", () => {
  const frames = [7, 7, 7, 8].map((trackId) => ({
    truth: [{ trackId: 1, box: BOX }],
    tracks: [{ trackId, box: BOX }],
  }));
  const { idf1, idTruePositives, idFalsePositives, idFalseNegatives } = identityOf(frames);
  assertEquals([idTruePositives, idFalsePositives, idFalseNegatives], [3, 1, 1]);
  assertEquals(idf1, 0.75);
});

Deno.test("identityOf() gives no ratio of nothing", () => {
  const { idf1, idPrecision, idRecall } = identityOf([]);
  assertEquals([idf1, idPrecision, idRecall], [undefined, undefined, undefined]);
});
