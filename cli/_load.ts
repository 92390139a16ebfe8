/**
 * Loads a module of this folder without showing Deno that it is imported. Of what it sees, it reads
 * all before the first line runs: the hundreds of modules of all commands, for one of them.
 *
 * What is loaded so stands in program_in_sight.ts too, for those who may not read these files.
 *
 * @param specifier Its name, such as `./run.ts`.
 */
export async function load<T>(specifier: `./${string}`): Promise<T> {
  return await import(import.meta.resolve(specifier));
}
