/** Beyond this, the logistic function is not told from 0 or 1 (MediaPipe's `score_clipping_thresh`). */
const MAX_LOGIT = 100;

/** The confidence that a logit stands for, from 0 to 1 (the logistic function); NaN for NaN. */
export function confidenceOf(logit: number): number {
  return 1 / (1 + Math.exp(-Math.min(Math.max(logit, -MAX_LOGIT), MAX_LOGIT)));
}

/** Below this, a logit's confidence is certainly below the one given, whatever the rounding. */
export function logitFloorOf(confidence: number): number {
  return Math.min(Math.log(confidence / (1 - confidence)), 30) - 1e-6;
}
