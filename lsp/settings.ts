/** What the editor chooses for its session. Everything else about a project stands in its `ctv.yaml`, the same for everybody. */

export interface Settings {
  /** Whose params hold, in projects that have an environment of this name; else the first of the project file. */
  readonly environment?: string;
  /** File with the endpoints of each node, absolute or relative to the project; else the one that the project file names. */
  readonly inventory?: string;
  /** Address of the pages about codes, with `{code}` in it; else the pages that are shipped with the program, where they are. */
  readonly documentation?: string;
}

/** The settings in `initializationOptions`, or in the `ctv` section of a configuration. What has another shape is left out. */
export function settingsFrom(value: unknown): Settings {
  const section = fieldOf(value, "ctv") ?? value;
  const environment = textOf(fieldOf(section, "environment"));
  const inventory = textOf(fieldOf(section, "inventory"));
  const documentation = textOf(fieldOf(section, "documentation"));
  return {
    ...(environment === undefined ? {} : { environment }),
    ...(inventory === undefined ? {} : { inventory }),
    ...(documentation === undefined ? {} : { documentation }),
  };
}

/** Whether the client carries the commands out itself, and would meet them twice if the server offered them too. */
export function hasOwnCommands(initializationOptions: unknown): boolean {
  return fieldOf(initializationOptions, "ownCommands") === true;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}

/** Nothing for an empty text: that is how editors show that nothing is chosen. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
