import type { Activation } from "./layer.ts";
import { LEAKY_SLOPE } from "./to_onnx.ts";

/**
 * What an activation makes of one number.
 *
 * @param activation The activation.
 * @param x The number.
 * @returns What comes out.
 */
export function activate(activation: Activation, x: number): number {
  switch (activation) {
    case "linear":
      return x;
    case "leaky":
      return x > 0 ? x : LEAKY_SLOPE * x;
    case "relu":
      return Math.max(0, x);
    case "relu6":
      return Math.min(Math.max(0, x), 6);
    case "logistic":
      return 1 / (1 + Math.exp(-x));
    case "mish":
      return x * Math.tanh(Math.log1p(Math.exp(x)));
    case "swish":
      return x / (1 + Math.exp(-x));
  }
}
