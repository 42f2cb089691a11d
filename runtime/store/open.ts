/** Opens the store that settings name, with the files they name read. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { EtcdSource, StoreSettings } from "../config/settings.js";
import { etcdStore } from "./etcd.js";
import { folderStore } from "./folder.js";
import { StoreError } from "./keyvalue.js";
import type { KeyValues } from "./keyvalue.js";
import { reasonOf } from "./reason.js";

const DEFAULT_PREFIX = "/ctv";

/** Relative paths start at `folder`. @throws StoreError for settings that name no store, two, or files that cannot be read. */
export async function openStore(settings: StoreSettings, folder: string): Promise<KeyValues> {
  const { folder: path, etcd } = settings;
  if (path !== undefined && etcd !== undefined) throw new StoreError("the store is a folder or etcd, not both");
  if (path !== undefined) return folderStore(resolve(folder, path));
  if (etcd !== undefined) return openEtcd(etcd, folder);
  throw new StoreError("the store is neither a folder nor etcd");
}

async function openEtcd(source: EtcdSource, folder: string): Promise<KeyValues> {
  const { endpoints, prefix = DEFAULT_PREFIX, user } = source;
  const [ca, certificate, key, password] = await Promise.all(
    [source.ca, source.certificate, source.key, source.passwordFile].map((path) => optionalText(path, folder)),
  );
  return etcdStore({
    endpoints,
    prefix,
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password: password.split(/\r?\n/, 1)[0] }),
  });
}

async function optionalText(path: string | undefined, folder: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(resolve(folder, path), "utf8");
  } catch (error) {
    throw new StoreError(`cannot read ${path}: ${reasonOf(error)}`);
  }
}
