/** What the API server answers when it does not do what it was asked to (`metav1.Status`), in words. */
import { ApiFailure } from "../failure.js";
import type { Work } from "../failure.js";

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface Status {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly Cause[];
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Reads the body of an answer, parsed or not. */
export function statusOf(code: number, body: unknown): Status {
  let value = body;
  if (typeof body === "string") {
    try {
      value = JSON.parse(body);
    } catch {
      return { code, reason: "", message: body.split("\n")[0], causes: [] };
    }
  }
  if (!isObject(value)) return { code, reason: "", message: "", causes: [] };
  const causes = isObject(value.details) && Array.isArray(value.details.causes) ? value.details.causes.filter(isObject) : [];
  return {
    code,
    reason: text(value.reason),
    message: text(value.message),
    causes: causes.map((cause) => ({ reason: text(cause.reason), message: text(cause.message), field: text(cause.field) })),
  };
}

/** Fields that another field manager has set: `.spec.ingress (kubectl-edit)`. */
function conflictsOf({ causes }: Status): readonly string[] {
  return causes.flatMap(({ reason, message, field }) => {
    if (reason !== "FieldManagerConflict") return [];
    const other = /conflict with "([^"]*)"/.exec(message)?.[1];
    return [`${field}${other === undefined ? "" : ` (set by ${other})`}`];
  });
}

/** A failure that says what to do. `resource`: the plural and group of what was asked for. */
export function statusFailure(status: Status, work: Work, resource: string): ApiFailure {
  const { code, reason, message } = status;
  const said = message === "" ? `the API server answers with status ${code}` : message;
  const conflicts = conflictsOf(status);
  if (code === 401) return new ApiFailure("credentials", work, "the API server does not know who asks", "is the kubeconfig's user still good?");
  if (code === 403)
    return new ApiFailure("forbidden", work, said, `a Role or ClusterRole has to grant get, list, create, patch and delete on ${resource}`);
  if (conflicts.length > 0)
    return new ApiFailure("refused", work, `somebody else has set ${conflicts.join(", ")}`, "--adopt takes these fields over");
  if (code === 409)
    return new ApiFailure("refused", work, "somebody has changed it since the plan was made", "run it again: the plan is then made anew");
  if (code === 404 && reason === "" && !message.includes("namespaces"))
    return new ApiFailure(
      "refused",
      work,
      `the API server does not know ${resource}`,
      "install its definition, or compile for the flavour network-policy",
    );
  if (code === 404 && /namespaces? ".*" not found/.test(message))
    return new ApiFailure("refused", work, said, "create the namespace first: ctv creates none");
  if (/endPort: field not declared in schema|unknown field.*endPort/.test(message))
    return new ApiFailure("refused", work, "this API server knows no `endPort`, which ranges of ports need", "Kubernetes 1.22 and later have it");
  if (/field not declared in schema/.test(message))
    return new ApiFailure("refused", work, `this API server does not know a field: ${said}`, "it is older than what the object needs");
  return new ApiFailure(code >= 500 ? "unexpected" : "refused", work, said);
}
