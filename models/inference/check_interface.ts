/** What a runtime tells of an input or output. */
type Metadata =
  | {
    readonly name: string;
    readonly isTensor: true;
    readonly type: string;
    readonly shape: readonly (number | string)[];
  }
  | { readonly name: string; readonly isTensor: false };

/** The inputs and outputs of a network. */
interface Interface {
  readonly inputMetadata: readonly Metadata[];
  readonly outputMetadata: readonly Metadata[];
}

/**
 * Whether a network takes several inputs at once and answers with as many outputs: the outermost
 * dimension of all of them has the same name. One without a name could be anything.
 */
export function takesBatches({ inputMetadata, outputMetadata }: Interface): boolean {
  const outermost = [...inputMetadata, ...outputMetadata]
    .map((value) => value.isTensor ? value.shape[0] : undefined);
  const [batch] = outermost;
  return typeof batch === "string" && batch !== "" && outermost.every((size) => size === batch);
}

/**
 * Throws unless the pipeline has a use for a network with such inputs and outputs.
 *
 * @param network Its inputs and outputs.
 * @param isHalf Whether its input may have half precision.
 */
export function checkInterface(
  { inputMetadata, outputMetadata }: Interface,
  isHalf: boolean,
): void {
  if (inputMetadata.length !== 1) {
    throw new Error(`it takes ${inputMetadata.length} inputs, 1 is wanted`);
  }
  for (const value of [...inputMetadata, ...outputMetadata]) {
    if (value.isTensor && value.type === "float32") continue;
    if (isHalf && value === inputMetadata[0] && isHalfTensor(value)) continue;
    const type = value.isTensor ? value.type : "no tensor";
    throw new Error(`"${value.name}" holds ${type}, float32 is wanted`);
  }
}

/** Whether a value holds numbers of half precision. */
export function isHalfTensor(value: Metadata | undefined): boolean {
  return value !== undefined && value.isTensor && value.type === "float16";
}
