/** How many records a workgroup looks at. */
export const WORKGROUP_SIZE = 64;

/**
 * The program that lists the records of an output that pass a {@linkcode Sieve}. Each invocation looks
 * at one at a time; consecutive ones read consecutive numbers where records lie across each other.
 *
 * The list begins with how many records passed, be there room for them or not; each entry is the number
 * of a record and then its numbers, bit for bit, in no particular order.
 */
export const SIFT_SHADER: string = /* wgsl */ `
struct Plan {
  records: u32,
  length: u32,   // of a record
  step: u32,     // from one number of a record to the next
  capacity: u32, // for how many records the list has room
  first: u32,    // the first number that decides …
  end: u32,      // … and the one behind the last
  least: f32,
  floor: f32,
}

struct List {
  count: atomic<u32>,
  words: array<u32>,
}

@group(0) @binding(0) var<uniform> plan: Plan;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read_write> list: List;

@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var record = id.x; record < plan.records; record += groups.x * ${WORKGROUP_SIZE}) {
    let start = record / plan.step * plan.step * plan.length + record % plan.step;
    var greatest = bitcast<f32>(numbers[start + plan.first * plan.step]);
    for (var i = plan.first + 1; i < plan.end; i++) {
      greatest = max(greatest, bitcast<f32>(numbers[start + i * plan.step]));
    }
    if (greatest >= plan.least && greatest < plan.floor) { continue; }
    let place = atomicAdd(&list.count, 1u);
    if (place >= plan.capacity) { continue; }
    let entry = place * (plan.length + 1);
    list.words[entry] = record;
    for (var i = 0u; i < plan.length; i++) {
      list.words[entry + 1 + i] = numbers[start + i * plan.step];
    }
  }
}
`;
