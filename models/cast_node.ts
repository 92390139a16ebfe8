import { create } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto_DataType,
} from "onnx-buf";

/**
 * A node of a network that converts numbers.
 *
 * @param input What is converted.
 * @param output The name of what comes of it.
 * @param type What kind of numbers that has.
 */
export function castNode(input: string, output: string, type: TensorProto_DataType): NodeProto {
  const to = create(AttributeProtoSchema, {
    name: "to",
    type: AttributeProto_AttributeType.INT,
    i: BigInt(type),
  });
  return create(NodeProtoSchema, {
    opType: "Cast",
    name: `${input} to ${output}`,
    input: [input],
    output: [output],
    attribute: [to],
  });
}
