/** Losses as diagnostics. */
import {
  addressLost,
  logLost,
  machineAmongPods,
  machinesDefault,
  machinesDenied,
  podAddressesUnknown,
  portZeroLost,
  protocolLost,
} from "../../../diagnostics/kubernetes.js";
import type { Details, Diagnostic } from "../../../diagnostics/diagnostic.js";
import type { Policy, Tenant } from "../../../policy/model.js";
import { formatServices, unionAllServices } from "../../../space/service.js";
import { describeFlow } from "../../../verdict/describe.js";
import type { RuleLoss } from "./losses.js";

export const TARGET = "kubernetes";

function make(policy: Policy, loss: RuleLoss, details: Details): Diagnostic {
  const { tenant, rule } = loss;
  const flow = describeFlow(policy, loss.flow);
  const subject = rule === undefined ? `the default of tenant "${tenant.name}"` : "this rule";
  switch (loss.cause) {
    case "protocol":
      return protocolLost.make({ subject, flow, services: formatServices(unionAllServices(loss.flows.map((box) => box.service))) }, details);
    case "portZero":
      return portZeroLost.make({ subject, flow }, details);
    case "address":
      return addressLost.make({ subject, flow }, details);
    case "unknown":
      return podAddressesUnknown.make({ subject, flow }, { ...details, help: "set kubernetes.podCidrs in ctv.yaml to the cluster's pod networks" });
    case "machine":
      return machineAmongPods.make({ subject, flow }, details);
    case "machines":
      return rule === undefined ? machinesDefault.make({ tenant: tenant.name, flow }, details) : machinesDenied.make({ flow }, details);
  }
}

/** The diagnostic of a loss. Without a rule it is about the tenant's default, and its `rule` is `tenant/default`. */
export function lossDiagnostic(policy: Policy, loss: RuleLoss): Diagnostic {
  const { tenant, rule } = loss;
  const origin = rule === undefined ? (tenant.defaultOrigin ?? tenant.origin) : rule.origin;
  return make(policy, loss, { span: origin.span, target: TARGET, rule: rule?.id ?? `${tenant.name}/default`, flow: describeFlow(policy, loss.flow) });
}

/** One note for each rule that logs. */
export function logDiagnostics(tenant: Tenant): readonly Diagnostic[] {
  return tenant.rules
    .filter((rule) => rule.log)
    .map((rule) => logLost.make({ action: rule.action }, { span: rule.origin.span, target: TARGET, rule: rule.id }));
}
