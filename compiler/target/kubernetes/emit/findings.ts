/** Losses as diagnostics. */
import {
  addressLost,
  invalidKubernetesName,
  logLost,
  machineAmongPods,
  machinesDefault,
  machinesDenied,
  podAddressesUnknown,
  portZeroLost,
  protocolLost,
} from "../../../diagnostics/kubernetes.js";
import type { Details, Diagnostic } from "../../../diagnostics/diagnostic.js";
import type { Origin, Policy, Tenant } from "../../../policy/model.js";
import { formatServices, unionAllServices } from "../../../space/service.js";
import { describeFlow } from "../../../verdict/describe.js";
import { formatFlow } from "../../../verdict/format.js";
import type { RuleLoss } from "./losses.js";

const TARGET = "kubernetes";

function make(loss: RuleLoss, flow: string, details: Details): Diagnostic {
  const { tenant, rule } = loss;
  const subject = rule === undefined ? `the default of tenant "${tenant.name}"` : "this rule";
  switch (loss.cause) {
    case "protocol":
      return protocolLost.make({ subject, flow, services: formatServices(unionAllServices(loss.flows.map((box) => box.service))) }, details);
    case "portZero":
      return portZeroLost.make({ subject, flow }, details);
    case "address":
      return addressLost.make({ subject, flow }, details);
    case "unknown":
      return podAddressesUnknown.make(
        { subject, flow },
        { ...details, help: "set targets.kubernetes.podCidrs in ctv.yaml to the cluster's pod networks" },
      );
    case "machine":
      return machineAmongPods.make({ subject, flow }, details);
    case "machines":
      return rule === undefined ? machinesDefault.make({ tenant: tenant.name, flow }, details) : machinesDenied.make({ flow }, details);
  }
}

/** Makes the diagnostics of losses. Without a rule one is about the tenant's default, and its `rule` is `tenant/default`. */
export function lossReporter(policy: Policy): (loss: RuleLoss) => Diagnostic {
  return (loss) => {
    const { tenant, rule } = loss;
    const origin = rule === undefined ? (tenant.defaultOrigin ?? tenant.origin) : rule.origin;
    const words = describeFlow(policy, loss.flow);
    return make(loss, words, { span: origin.span, target: TARGET, rule: rule?.id ?? `${tenant.name}/default`, flow: formatFlow(loss.flow) });
  };
}

/** One note for each rule that logs. */
export function logDiagnostics(tenant: Tenant): readonly Diagnostic[] {
  return tenant.rules
    .filter((rule) => rule.log)
    .map((rule) => logLost.make({ action: rule.action }, { span: rule.origin.span, target: TARGET, rule: rule.id }));
}

const namespaceRule = "at most 63 lower case letters, digits and inner hyphens";
const valueRule = "at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";
const keyRule = `a name of ${valueRule}, after a DNS name and a slash if need be`;

const namespacePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const valuePattern = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const keyPattern = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** One error for each namespace and label of a tenant that the API server would refuse. */
export function nameDiagnostics(tenant: Tenant): readonly Diagnostic[] {
  const wrong = (origin: Origin, kind: string, names: Iterable<string>, pattern: RegExp, rule: string): readonly Diagnostic[] =>
    [...names]
      .filter((name) => !pattern.test(name))
      .map((name) => invalidKubernetesName.make({ kind, name, rule }, { span: origin.span, target: TARGET }));
  return [
    ...wrong(tenant.origin, "namespace", tenant.namespaces, namespacePattern, namespaceRule),
    ...tenant.groups.flatMap(({ origin, selector }) => [
      ...wrong(origin, "label key", selector?.labels.keys() ?? [], keyPattern, keyRule),
      ...[...(selector?.labels.values() ?? [])].flatMap((set) => wrong(origin, "label value", set.values, valuePattern, valueRule)),
    ]),
  ];
}
