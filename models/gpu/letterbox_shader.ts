import type { Picture } from "../../pipeline/picture.ts";

/** How many tensor pixels a workgroup makes on each axis. */
export const WORKGROUP_SIZE = 8;

/** What both ways of reading a picture share. */
const COMMON = /* wgsl */ `
struct Plan {
  size: vec2<i32>,        // of the picture
  chroma: vec2<i32>,      // the size of its chroma
  starts: vec2<i32>,      // where blue and red difference begin, in bytes
  tensor: vec2<i32>,      // the size of the tensor
  steps: vec2<i32>,       // from one channel to the next, and from one pixel to the next
  ends: vec2<i32>,        // where red and blue go; green lies between them
  luma: vec2<f32>,        // its offset and gain
  fromChroma: vec4<f32>,  // the share of v in red, of u and v in green, of u in blue
  mean: vec3<f32>,
  gain: vec3<f32>,
  border: vec4<f32>,      // its fourth number says nothing
  taps: array<Tap>,       // one for each column of the tensor, then one for each row
}

@group(0) @binding(0) var<storage, read> picture: array<u32>;
@group(0) @binding(1) var<storage, read> plan: Plan;
@group(0) @binding(2) var<uniform> place: u32; // which tensor of the batch is made
@group(0) @binding(3) var<storage, read_write> tensors: array<Value>;

fn byteAt(at: i32) -> f32 {
  return f32((picture[at >> 2] >> (u32(at & 3) * 8)) & 0xff);
}

/** Of luma and chroma, as colours that a screen shows. */
fn colourOf(y: f32, u: f32, v: f32) -> vec3<f32> {
  let grey = (y - plan.luma.x) * plan.luma.y;
  let blue = u - 128;
  let red = v - 128;
  return clamp(vec3(
    grey + plan.fromChroma.x * red,
    grey + plan.fromChroma.y * blue + plan.fromChroma.z * red,
    grey + plan.fromChroma.w * blue,
  ), vec3(0.0), vec3(255.0));
}

fn write(column: i32, row: i32, rgb: vec3<f32>) {
  let values = (rgb - plan.mean) * plan.gain;
  let start = i32(place) * 3 * plan.tensor.x * plan.tensor.y;
  let at = start + (row * plan.tensor.x + column) * plan.steps.y;
  tensors[at + plan.ends.x] = Value(values.x);
  tensors[at + plan.steps.x] = Value(values.y);
  tensors[at + plan.ends.y] = Value(values.z);
}

@compute @workgroup_size(${WORKGROUP_SIZE}, ${WORKGROUP_SIZE})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let column = i32(id.x);
  let row = i32(id.y);
  if (column >= plan.tensor.x || row >= plan.tensor.y) { return; }
  write(column, row, sample(plan.taps[column], plan.taps[plan.tensor.x + row]));
}
`;

/** Four taps, each converted, then weighted; chroma where H.264 has its samples. */
const BILINEAR = /* wgsl */ `
struct Tap {
  first: i32,
  fraction: f32, // the weight of the one behind the first
}

/** The mean of the chroma samples around a pixel: the nearer row counts three quarters. */
fn chromaAt(start: i32, near: i32, far: i32, before: i32, behind: i32) -> f32 {
  let upper = byteAt(start + near + before) + byteAt(start + near + behind);
  let lower = byteAt(start + far + before) + byteAt(start + far + behind);
  return (3 * upper + lower) / 8;
}

fn pixelAt(column: i32, row: i32) -> vec3<f32> {
  if (column < 0 || row < 0 || column >= plan.size.x || row >= plan.size.y) {
    return plan.border.xyz;
  }
  let nearRow = row >> 1;
  let farRow = select(max(nearRow - 1, 0), min(nearRow + 1, plan.chroma.y - 1), (row & 1) == 1);
  let near = nearRow * plan.chroma.x;
  let far = farRow * plan.chroma.x;
  let before = column >> 1;
  let behind = min((column + 1) >> 1, plan.chroma.x - 1);
  return colourOf(
    byteAt(row * plan.size.x + column),
    chromaAt(plan.starts.x, near, far, before, behind),
    chromaAt(plan.starts.y, near, far, before, behind),
  );
}

fn between(x: Tap, row: i32) -> vec3<f32> {
  let left = pixelAt(x.first, row);
  return left + (pixelAt(x.first + 1, row) - left) * x.fraction;
}

fn sample(x: Tap, y: Tap) -> vec3<f32> {
  let upper = between(x, y.first);
  return upper + (between(x, y.first + 1) - upper) * y.fraction;
}
`;

/** The mean over the rectangle that a tensor pixel covers; what lies outside counts as border. */
const AREA = /* wgsl */ `
struct Span {
  first: i32,
  last: i32,
  firstWeight: f32,
  innerWeight: f32,
  lastWeight: f32,
  covered: f32,
}

struct Tap {
  luma: Span,
  chroma: Span,
}

fn meanOf(start: i32, width: i32, x: Span, y: Span) -> f32 {
  var mean = 0.0;
  for (var row = y.first; row <= y.last; row++) {
    let line = start + row * width;
    var inner = 0.0;
    for (var column = x.first + 1; column < x.last; column++) {
      inner += byteAt(line + column);
    }
    let rowMean = byteAt(line + x.first) * x.firstWeight + inner * x.innerWeight +
      byteAt(line + x.last) * x.lastWeight;
    var weight = y.innerWeight;
    if (row == y.first) { weight = y.firstWeight; } else if (row == y.last) { weight = y.lastWeight; }
    mean += weight * rowMean;
  }
  return mean;
}

fn sample(x: Tap, y: Tap) -> vec3<f32> {
  let share = x.luma.covered * y.luma.covered;
  if (share == 0) { return plan.border.xyz; }
  let colour = colourOf(
    meanOf(0, plan.size.x, x.luma, y.luma),
    meanOf(plan.starts.x, plan.chroma.x, x.chroma, y.chroma),
    meanOf(plan.starts.y, plan.chroma.x, x.chroma, y.chroma),
  );
  return colour * share + plan.border.xyz * (1 - share);
}
`;

/**
 * The program that makes one tensor out of a picture's planes: converts, letterboxes and normalises
 * them as `letterbox` does. Each invocation makes a pixel; what it needs to know of the tensor stands
 * in a `Plan`.
 *
 * @param resampler How the picture is read.
 * @param type What the tensor holds; `f16` takes the device's feature `shader-f16`.
 * @returns The program, in WGSL, with the entry point `main`.
 */
export function letterboxShader(resampler: Picture["resampler"], type: "f32" | "f16"): string {
  const sampling = resampler === "bilinear" ? BILINEAR : AREA;
  return `${type === "f16" ? "enable f16;" : ""}\nalias Value = ${type};\n${sampling}${COMMON}`;
}
