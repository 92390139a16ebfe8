/** Where the worker's code lies. */
const SOURCE = new URL("./worker.ts", import.meta.url);

/**
 * What a worker starts from. Node's `Worker` takes no remote code, so that of a package that was
 * imported from a registry is named in a line that it does take.
 */
export const WORKER_URL: URL = SOURCE.protocol === "file:" ? SOURCE : new URL(
  `data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(SOURCE.href)};`)}`,
);

/** The folders of the worker's code, which the worker must be allowed to read if it is local. */
export const WORKER_FOLDERS: readonly URL[] = [new URL(".", SOURCE), new URL("../gpu/", SOURCE)];
