/** The published schemas, strict: a field that they do not have is an error, as in `kubectl apply --validate=strict`. */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";
import { parse } from "yaml";

const folder = "test/fixtures/schemas/kubernetes";

/** Closes every object that lists its fields. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in entries && !("additionalProperties" in entries) ? { ...entries, additionalProperties: false } : entries;
}

const ajv = new Ajv({ strict: false, allErrors: true, formats: { int32: true, int64: true, "date-time": true, "int-or-string": true } });

function networkPolicy(): ValidateFunction {
  const document = closed(JSON.parse(readFileSync(`${folder}/NetworkPolicy.schemas.json`, "utf8")));
  ajv.addSchema({ $id: "networking", ...(typeof document === "object" ? document : {}) });
  return ajv.compile({ $ref: "networking#/components/schemas/io.k8s.api.networking.v1.NetworkPolicy" });
}

function clusterPolicy(): ValidateFunction {
  const crd: { spec: { versions: { schema: { openAPIV3Schema: object } }[] } } = parse(
    readFileSync(`${folder}/ClusterNetworkPolicy.crd.yaml`, "utf8"),
  );
  // The CRD leaves metadata to the API server's own schema.
  const schema = closed(crd.spec.versions[0].schema.openAPIV3Schema);
  return ajv.compile(typeof schema === "object" && schema !== null ? schema : {});
}

const validators: Readonly<Record<string, ValidateFunction>> = { NetworkPolicy: networkPolicy(), ClusterNetworkPolicy: clusterPolicy() };

/** What the schema of its kind has against an object; empty when it is valid. */
export function schemaErrors(object: { readonly kind: string }): readonly string[] {
  const validate = validators[object.kind];
  if (validate === undefined) return [`no schema for ${object.kind}`];
  return validate(object) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath}: ${error.message ?? ""}`);
}
