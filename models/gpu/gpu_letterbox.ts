import { letterboxShader, WORKGROUP_SIZE } from "./letterbox_shader.ts";
import { samplingPlan } from "./sampling_plan.ts";
import type { SharedPicture } from "./shared_picture.ts";

/** How many plans are kept: one for each size of frames, or for each slice of a frame. */
const MAX_PLANS = 64;

/** How many pictures stay in the GPU's memory, in case that more slices of them are wanted … */
const MAX_UPLOADS = 8;

/** … and how many bytes of them. */
const MAX_UPLOADED_BYTES = 2 ** 27;

/** A picture's planes in a GPU's memory. */
interface Upload {
  readonly buffer: GPUBuffer;
  /** Which picture they are. */
  pixelsId: number;
}

/** What a picture becomes. */
export interface LetterboxTarget {
  /** Where the tensors go, one behind the other. */
  readonly tensors: GPUBuffer;
  /** What they hold. */
  readonly type: "f32" | "f16";
}

/** Makes a network's input out of pictures' planes on a GPU; the planes go up once each. */
export class GpuLetterbox {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  /** By what they were made of, the one that was used last at the end. */
  readonly #plans = new Map<string, GPUBuffer>();
  /** The number of a tensor in a batch, for the shader. */
  readonly #places: GPUBuffer[] = [];
  /** The one that was used last at the end. */
  #uploads: Upload[] = [];

  /**
   * Makes a letterbox.
   *
   * @param device The GPU.
   */
  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * Starts making tensors; what is submitted to the GPU afterwards finds them made.
   *
   * @param pictures The pictures: each becomes as many tensors as it has fits.
   * @param target Where the tensors go.
   */
  make(pictures: readonly SharedPicture[], { tensors, type }: LetterboxTarget): void {
    const uploads = this.#uploaded(pictures);
    const commands = this.#device.createCommandEncoder();
    const pass = commands.beginComputePass();
    let place = 0;
    for (const [i, picture] of pictures.entries()) {
      const { width, height } = picture.input;
      const pipeline = this.#pipelineFor(picture.resampler, type);
      pass.setPipeline(pipeline);
      for (const fit of picture.fits) {
        const buffers = [
          uploads[i]!.buffer,
          this.#planFor(picture, fit),
          this.#placeOf(place++),
          tensors,
        ];
        pass.setBindGroup(
          0,
          this.#device.createBindGroup({
            layout: pipeline.getBindGroupLayout(0),
            entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
          }),
        );
        pass.dispatchWorkgroups(
          Math.ceil(width / WORKGROUP_SIZE),
          Math.ceil(height / WORKGROUP_SIZE),
        );
      }
    }
    pass.end();
    this.#device.queue.submit([commands.finish()]);
    this.#forgetPlans();
  }

  /** The pictures in the GPU's memory; those that are there already do not go up again. */
  #uploaded(pictures: readonly SharedPicture[]): Upload[] {
    const uploads: Upload[] = [];
    for (const picture of pictures) {
      const known = this.#uploads.find(({ pixelsId }) => pixelsId === picture.pixelsId);
      const upload = known ?? this.#upload(picture, uploads);
      this.#uploads = [...this.#uploads.filter((one) => one !== upload), upload];
      uploads.push(upload);
    }
    return uploads;
  }

  /** Sends a picture up, in the place of another if there are many; those in use keep theirs. */
  #upload(picture: SharedPicture, inUse: readonly Upload[]): Upload {
    const { memory, pixelsId } = picture;
    const byteLength = Math.ceil(picture.byteLength / 4) * 4; // As the shader reads whole words.
    const held = this.#uploads.reduce((sum, { buffer }) => sum + buffer.size, 0);
    const isFull = this.#uploads.length >= MAX_UPLOADS || held + byteLength > MAX_UPLOADED_BYTES;
    let upload = isFull ? this.#uploads.find((one) => !inUse.includes(one)) : undefined;
    if (!upload || upload.buffer.size < byteLength) {
      upload?.buffer.destroy();
      this.#uploads = this.#uploads.filter((one) => one !== upload);
      upload = { buffer: this.#storage(byteLength), pixelsId };
    }
    upload.pixelsId = pixelsId;
    // Deno reads shared memory too, which the types do not say.
    const bytes = new Uint8Array(memory as unknown as ArrayBuffer, 0, byteLength);
    this.#device.queue.writeBuffer(upload.buffer, 0, bytes);
    return upload;
  }

  #planFor(picture: SharedPicture, fit: SharedPicture["fits"][number]): GPUBuffer {
    const { size, rgbFromYuv, input, resampler } = picture;
    const key = JSON.stringify([size, rgbFromYuv, input, resampler, fit]);
    let plan = this.#plans.get(key);
    if (!plan) {
      const bytes = samplingPlan(picture, fit);
      plan = this.#storage(bytes.length);
      this.#device.queue.writeBuffer(plan, 0, bytes);
    }
    this.#plans.delete(key);
    this.#plans.set(key, plan);
    return plan;
  }

  /** Gives up the plans that were not used for longest: what is submitted needs them no more. */
  #forgetPlans(): void {
    for (const [oldest, buffer] of this.#plans) {
      if (this.#plans.size <= MAX_PLANS) break;
      buffer.destroy();
      this.#plans.delete(oldest);
    }
  }

  #placeOf(place: number): GPUBuffer {
    return this.#places[place] ??= this.#placeBuffer(place);
  }

  #placeBuffer(place: number): GPUBuffer {
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const buffer = this.#device.createBuffer({ size: 4, usage });
    this.#device.queue.writeBuffer(buffer, 0, Uint32Array.of(place));
    return buffer;
  }

  #pipelineFor(
    resampler: SharedPicture["resampler"],
    type: LetterboxTarget["type"],
  ): GPUComputePipeline {
    const key = `${resampler} ${type}`;
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      const module = this.#device.createShaderModule({ code: letterboxShader(resampler, type) });
      const compute = { module, entryPoint: "main" };
      pipeline = this.#device.createComputePipeline({ layout: "auto", compute });
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  #storage(size: number): GPUBuffer {
    return this.#device.createBuffer({
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
  }
}
