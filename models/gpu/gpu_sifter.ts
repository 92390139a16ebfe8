import type { Sieve } from "../../pipeline/sieve.ts";
import { SIFT_SHADER, WORKGROUP_SIZE } from "./sift_shader.ts";

/** How many bytes are to be spared at least: to read so many takes as long as to sift them. */
const MIN_SPARED_BYTES = 2 ** 18;

/** For how many records there is room in any case: a crowd that a coarse network sees. */
const MIN_ROOM = 256;

/** For which share of the records there is room at first … */
const FIRST_SHARE = 1 / 32;

/** … and at most: where more pass, little is spared. */
const MAX_SHARE = 1 / 4;

/** The WebGPU standard's least value of `maxComputeWorkgroupsPerDimension`. */
const MAX_WORKGROUPS = 65535;

const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;

/** The largest number of 32 bits: shaders need not know infinite ones. */
const MAX_FLOAT = 3.4028234e38;

/** A tensor in a GPU's memory; there may be more of that than the tensor takes. */
export interface GpuTensor {
  readonly dims: readonly number[];
  readonly gpuBuffer: GPUBuffer;
}

/** How the records of an output lie. */
interface Records {
  readonly count: number;
  readonly length: number;
  /** From one number of a record to the next. */
  readonly step: number;
}

/** What is kept for an output from one run to the next. */
interface Equipment {
  /** For which share of the records the list has room. */
  share: number;
  readonly plan: GPUBuffer;
  list?: GPUBuffer;
}

/** The records of an output that passed, in a GPU's memory. */
export interface Sifted {
  /** Where they are listed, as the shader does it. */
  readonly buffer: GPUBuffer;
  /** How many bytes of that are to be read. */
  readonly byteLength: number;
  /**
   * Looks whether the list is whole. If it is not, there will be more room for the next one.
   *
   * @param words The list.
   */
  isWhole(words: Uint32Array): boolean;
  /**
   * Puts what passed back where it was.
   *
   * @param words The list.
   * @param from The first number of the output that is wanted, at the beginning of a record's dimension.
   * @param to The one behind the last.
   * @returns The numbers, without those that were sifted out.
   */
  restored(words: Uint32Array, from: number, to: number): Float32Array<ArrayBuffer>;
}

/** Lists on a GPU what of a network's outputs is worth reading. */
export class GpuSifter {
  readonly #device: GPUDevice;
  readonly #equipment = new Map<string, Equipment>();
  #pipeline: GPUComputePipeline | undefined;

  /**
   * Makes a sifter.
   *
   * @param device The GPU.
   */
  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * Starts sifting an output.
   *
   * @param commands Where the work is noted; the same output is sifted once in them.
   * @param tensor The output.
   * @param sieve What passes.
   * @returns What will be there afterwards; nothing where it would not pay, or the sieve does not fit.
   */
  sift(commands: GPUCommandEncoder, tensor: GpuTensor, sieve: Sieve): Sifted | undefined {
    const records = recordsOf(tensor, sieve);
    const { limits } = this.#device;
    if (!records) return undefined;
    const equipment = this.#equipmentFor(sieve.output);
    const capacity = roomFor(records, equipment);
    const byteLength = (1 + capacity * (1 + records.length)) * WORD_BYTES;
    const wholeBytes = records.count * records.length * WORD_BYTES;
    const isWorth = equipment.share <= MAX_SHARE && wholeBytes - byteLength >= MIN_SPARED_BYTES &&
      wholeBytes <= limits.maxStorageBufferBindingSize;
    if (!isWorth) return undefined;
    const buffer = this.#listFor(equipment, byteLength);
    this.#device.queue.writeBuffer(equipment.plan, 0, planOf(records, sieve, capacity));
    commands.clearBuffer(buffer, 0, WORD_BYTES);
    this.#dispatch(commands, records.count, [
      { buffer: equipment.plan },
      { buffer: tensor.gpuBuffer, size: wholeBytes },
      { buffer },
    ]);
    return {
      buffer,
      byteLength,
      isWhole([count = 0]) {
        while (count > roomFor(records, equipment)) equipment.share *= 2;
        return count <= capacity;
      },
      restored: (words, from, to) => restored(words, records, { from, to, sieve }),
    };
  }

  #equipmentFor(output: string): Equipment {
    let equipment = this.#equipment.get(output);
    if (!equipment) {
      const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
      equipment = {
        share: FIRST_SHARE,
        plan: this.#device.createBuffer({ size: 8 * WORD_BYTES, usage }),
      };
      this.#equipment.set(output, equipment);
    }
    return equipment;
  }

  /** What is submitted to a GPU is done in order, so that one list is read before the next is made. */
  #listFor(equipment: Equipment, byteLength: number): GPUBuffer {
    if (equipment.list && equipment.list.size >= byteLength) return equipment.list;
    equipment.list?.destroy();
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const usage = STORAGE | COPY_SRC | COPY_DST;
    return equipment.list = this.#device.createBuffer({ size: byteLength, usage });
  }

  #dispatch(
    commands: GPUCommandEncoder,
    recordCount: number,
    resources: readonly GPUBufferBinding[],
  ): void {
    this.#pipeline ??= this.#device.createComputePipeline({
      layout: "auto",
      compute: {
        module: this.#device.createShaderModule({ code: SIFT_SHADER }),
        entryPoint: "main",
      },
    });
    const pass = commands.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(
      0,
      this.#device.createBindGroup({
        layout: this.#pipeline.getBindGroupLayout(0),
        entries: resources.map((resource, binding) => ({ binding, resource })),
      }),
    );
    pass.dispatchWorkgroups(Math.min(Math.ceil(recordCount / WORKGROUP_SIZE), MAX_WORKGROUPS));
    pass.end();
  }
}

/** How many records a list takes. */
function roomFor({ count }: Records, { share }: Equipment): number {
  return Math.max(MIN_ROOM, Math.ceil(count * share));
}

/** The records of an output; nothing if it holds other things than the sieve is made for. */
function recordsOf({ dims }: GpuTensor, { axis, length, from, to }: Sieve): Records | undefined {
  const across = dims[axis] ?? 0;
  const step = dims.slice(axis + 1).reduce((product, size) => product * size, 1);
  const count = dims.reduce((product, size) => product * size, 1) / length;
  if (axis < 1 || across % length !== 0 || !(count > 0) || from >= to || to > length) {
    return undefined;
  }
  return { count, length, step };
}

/** What the shader's `Plan` says. */
function planOf(
  { count, length, step }: Records,
  { from, to, least, floor }: Sieve,
  capacity: number,
): ArrayBuffer {
  const plan = new ArrayBuffer(8 * WORD_BYTES);
  new Uint32Array(plan).set([count, length, step, capacity, from, to]);
  // Rounded to 32 bits it must not grow: what comes so near is decided where it is decoded.
  const limits = [least, floor - 1e-6 * (1 + Math.abs(floor))];
  const finite = limits.map((limit) => Math.min(Math.max(limit, -MAX_FLOAT), MAX_FLOAT));
  new Float32Array(plan).set(finite, 6);
  return plan;
}

/** Which numbers are wanted. */
interface Wanted {
  readonly from: number;
  readonly to: number;
  readonly sieve: Sieve;
}

function restored(
  words: Uint32Array,
  { length, step }: Records,
  { from, to, sieve }: Wanted,
): Float32Array<ArrayBuffer> {
  const data = new Float32Array(to - from);
  if (sieve.least !== 0) {
    for (let start = 0; start < data.length; start += length * step) {
      data.fill(sieve.least, start + sieve.from * step, start + sieve.to * step);
    }
  }
  const numbers = new Float32Array(words.buffer, words.byteOffset, words.length);
  const [first, end] = [from / length, to / length];
  const count = words[0]!;
  for (let entry = 1; entry < 1 + count * (length + 1); entry += length + 1) {
    const record = words[entry]!;
    if (record < first || record >= end) continue;
    const start = Math.floor(record / step) * step * length + record % step - from;
    for (let i = 0; i < length; i++) data[start + i * step] = numbers[entry + 1 + i]!;
  }
  return data;
}
