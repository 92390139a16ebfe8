/** What a runtime tells of an input or output. */
type Metadata =
  | { readonly name: string; readonly isTensor: true; readonly type: string }
  | { readonly name: string; readonly isTensor: false };

/** Throws unless the pipeline has a use for a network with such inputs and outputs. */
export function checkInterface(
  { inputMetadata, outputMetadata }: {
    readonly inputMetadata: readonly Metadata[];
    readonly outputMetadata: readonly Metadata[];
  },
): void {
  if (inputMetadata.length !== 1) {
    throw new Error(`it takes ${inputMetadata.length} inputs, 1 is wanted`);
  }
  for (const value of [...inputMetadata, ...outputMetadata]) {
    if (value.isTensor && value.type === "float32") continue;
    const type = value.isTensor ? value.type : "no tensor";
    throw new Error(`"${value.name}" holds ${type}, float32 is wanted`);
  }
}
