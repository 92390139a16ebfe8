// The page that runs MediaPipe's own face detection on the frames which its server hands out.

/** The confidence of a detection: the published typings leave out its classification. */
function confidenceOf(detection) {
  const classification = Object.values(detection).find((value) =>
    Array.isArray(value) && "index" in (value[0] ?? {})
  );
  return Object.entries(classification[0]).find(([key, value]) =>
    key !== "index" && typeof value === "number"
  )[1];
}

async function canvasOf({ clip, at, width, height }) {
  const response = await fetch(`/frame/${clip}/${at}`);
  const pixels = new Uint8ClampedArray(await response.arrayBuffer());
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  // Pixels are put, not drawn, so that no colour management touches them.
  canvas.getContext("2d", { willReadFrequently: true }).putImageData(
    new ImageData(pixels, width, height),
    0,
    0,
  );
  return canvas;
}

function facesFrom({ detections }) {
  return detections.map((detection) => ({
    box: detection.boundingBox,
    confidence: confidenceOf(detection),
    keypoints: detection.landmarks.map(({ x, y }) => ({ x, y })),
  }));
}

async function run({ network, model, weights, frames }) {
  const detector = new FaceDetection({
    locateFile: (file) => `/package/${file.includes("full_range") ? weights : file}`,
  });
  // The graph keeps its own threshold: setting `minDetectionConfidence` makes this version lose the
  // rest of that node's options, and it ends.
  detector.setOptions({ model });
  let results;
  detector.onResults((latest) => {
    results = latest;
  });
  // The first call starts the graph for faces at a short range, whatever was asked for; the second
  // one changes it.
  await detector.initialize();
  await detector.initialize();
  for (const frame of frames) {
    results = undefined;
    await detector.send({ image: await canvasOf(frame) });
    await fetch("/faces", {
      method: "POST",
      body: JSON.stringify({ network, clip: frame.clip, at: frame.at, faces: facesFrom(results) }),
    });
  }
  await detector.close();
}

try {
  for (const job of await (await fetch("/jobs")).json()) await run(job);
  await fetch("/done", { method: "POST" });
} catch (error) {
  await fetch("/done", { method: "POST", body: String(error?.stack ?? error) });
}
