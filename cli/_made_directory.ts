/**
 * Makes a directory, if there is none. When it is disposed of and nothing was put into it, it goes
 * again, unless it was there before.
 *
 * @param path Where; its parent must be there.
 */
export async function madeDirectory(path: string): Promise<AsyncDisposable> {
  let isNew = true;
  try {
    await Deno.mkdir(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    isNew = false;
  }
  return {
    async [Symbol.asyncDispose]() {
      // What holds something cannot be removed, and is not meant to be.
      if (isNew) await Deno.remove(path).catch(() => {});
    },
  };
}
