/** URIs of the editor and paths of the disk. A document that is no file has its URI for a path. */
import { posix, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const scheme = /^[a-z][a-z0-9+.-]+:/i;

export function pathOf(uri: string): string {
  if (!uri.startsWith("file:")) return uri;
  try {
    return fileURLToPath(uri);
  } catch {
    return uri;
  }
}

export function uriOf(path: string): string {
  return scheme.test(path) ? path : pathToFileURL(path).href;
}

/** A file's id in a project: its path relative to the project's folder, with forward slashes. */
export function idOf(root: string, path: string): string {
  return scheme.test(path) ? path : relative(root, path).split(sep).join(posix.sep);
}

/** The path that an id stands for. */
export function pathOfId(root: string, id: string): string {
  return scheme.test(id) ? id : resolve(root, id);
}
