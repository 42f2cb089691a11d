/** The files below the editor: what the server reads when a file is not open. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export interface Disk {
  /** The text of a file, or nothing where there is none that can be read. */
  readonly read: (path: string) => string | undefined;
  /** Paths of every `.ctv` file and project file in the folder and the folders in it, hidden ones and packages left out. */
  readonly filesBelow: (folder: string) => readonly string[];
  readonly isFile: (path: string) => boolean;
}

/** Larger files are not source: they would only make the editor wait. */
const largestFile = 16 * 1024 * 1024;

export const projectFileName = "ctv.yaml";

export const disk: Disk = {
  read: (path) => {
    try {
      // A pipe would keep the server waiting, and a device may have no end.
      const status = statSync(path);
      if (!status.isFile() || status.size > largestFile) return undefined;
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
  isFile: (path) => {
    try {
      return statSync(path).isFile();
    } catch {
      return false;
    }
  },
  filesBelow,
};

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith(".") && entry.name !== "node_modules")
      .sort((left, right) => (left.name < right.name ? -1 : 1))
      .flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return filesBelow(path);
        return entry.name.endsWith(".ctv") || entry.name === projectFileName ? [path] : [];
      });
  } catch {
    return [];
  }
}
