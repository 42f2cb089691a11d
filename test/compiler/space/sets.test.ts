import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import * as intervals from "../../../compiler/space/intervals.js";
import * as service from "../../../compiler/space/service.js";
import * as values from "../../../compiler/space/values.js";
import { rangesUpTo, serviceSet, somePoints, someValues, valueSet } from "../../support/arbitrary.js";

const step = intervals.numberStepping;
const LAST = 20;
const points = Array.from({ length: LAST + 1 }, (_, value) => value);
const ranges = rangesUpTo(LAST);

function normal(set: intervals.Ranges<number>): boolean {
  return set.length % 2 === 0 && set.every((value, index) => index === 0 || (index % 2 === 1 ? value >= set[index - 1] : value > set[index - 1] + 1));
}

describe("ranges of numbers", () => {
  it("obey the laws of sets, number by number, in normal form", () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const union = intervals.union(a, b, step);
        const common = intervals.intersect(a, b);
        const rest = intervals.difference(a, b, step);
        for (const set of [a, union, common, rest]) expect(normal(set)).toBe(true);
        const found = points.map((value) => [a, b, union, common, rest].map((set) => intervals.contains(set, value)));
        expect(found).toEqual(found.map(([inA, inB]) => [inA, inB, inA || inB, inA && inB, inA && !inB]));
        const plainly = points.map((value) => a.some((low, index) => index % 2 === 0 && low <= value && value <= a[index + 1]));
        expect(found.map(([inA]) => inA)).toEqual(plainly);
        expect(intervals.overlaps(a, b)).toBe(common.length > 0);
        expect(intervals.within(a, b)).toBe(rest.length === 0);
        expect(intervals.equal(a, b)).toBe(points.every((value) => intervals.contains(a, value) === intervals.contains(b, value)));
      }),
      { numRuns: 500 },
    );
  });

  it("distribute, associate and absorb", () => {
    fc.assert(
      fc.property(ranges, ranges, ranges, (a, b, c) => {
        const { union, intersect, difference } = intervals;
        expect(intersect(a, union(b, c, step))).toEqual(union(intersect(a, b), intersect(a, c), step));
        expect(union(a, intersect(b, c), step)).toEqual(intersect(union(a, b, step), union(a, c, step)));
        expect(difference(a, union(b, c, step), step)).toEqual(intersect(difference(a, b, step), difference(a, c, step)));
        expect(union(union(a, b, step), c, step)).toEqual(union(a, union(b, c, step), step));
        expect(union(a, intersect(a, b), step)).toEqual(a);
      }),
      { numRuns: 500 },
    );
  });
});

describe("sets of label values", () => {
  it("obey the laws of sets, value by value", () => {
    fc.assert(
      fc.property(valueSet, valueSet, (a, b) => {
        const common = values.intersectValues(a, b);
        const sets = [a, b, values.unionValues(a, b), common, values.subtractValues(a, b), values.complementValues(a)];
        const found = someValues.map((value) => sets.map((set) => values.admits(set, value)));
        expect(found).toEqual(found.map(([inA, inB]) => [inA, inB, inA || inB, inA && inB, inA && !inB, !inA]));
        expect(values.valuesOverlap(a, b)).toBe(!values.isNoValue(common));
        expect(values.valuesWithin(a, b)).toBe(values.isNoValue(values.subtractValues(a, b)));
        expect(values.valuesEqual(a, b)).toBe(someValues.every((value) => values.admits(a, value) === values.admits(b, value)));
        expect(values.complementValues(values.unionValues(a, b))).toEqual(
          values.intersectValues(values.complementValues(a), values.complementValues(b)),
        );
        if (!values.isNoValue(a)) expect(values.admits(a, values.someValue(a))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("are united many at once as one by one", () => {
    fc.assert(
      fc.property(fc.array(valueSet, { minLength: 1, maxLength: 5 }), (sets) => {
        expect(values.unionAllValues(sets)).toEqual(sets.reduce(values.unionValues));
      }),
      { numRuns: 500 },
    );
  });

  it("are searched alike when they are long", () => {
    const many = Array.from({ length: 100 }, (_, index) => `v${index}`);
    const set = values.oneOf(many);
    for (const value of [...many, "v", "v1000", "a", "z", ""]) expect(values.admits(set, value)).toBe(many.includes(value));
  });

  it("say what Kubernetes says of a missing label", () => {
    expect(values.admits(values.noneOf(["a"]), undefined)).toBe(true);
    expect(values.admits(values.oneOf(["a"]), undefined)).toBe(false);
    expect(values.admits(values.anyPresent, undefined)).toBe(false);
    expect(values.admits(values.onlyAbsent, undefined)).toBe(true);
  });
});

describe("services", () => {
  it("obey the laws of sets at every edge", () => {
    fc.assert(
      fc.property(serviceSet, serviceSet, (a, b) => {
        const sets = [a, b, service.unionServices(a, b), service.intersectServices(a, b), service.subtractServices(a, b)];
        const found = somePoints.map((point) => sets.map((set) => service.containsService(set, point)));
        expect(found).toEqual(found.map(([inA, inB]) => [inA, inB, inA || inB, inA && inB, inA && !inB]));
        expect(service.servicesOverlap(a, b)).toBe(!service.isEmptyService(service.intersectServices(a, b)));
        expect(service.servicesWithin(a, b)).toBe(service.isEmptyService(service.subtractServices(a, b)));
      }),
      { numRuns: 500 },
    );
  });

  it("are the union of their protocols", () => {
    fc.assert(
      fc.property(serviceSet, (set) => {
        const again = service
          .byProtocol(set)
          .flatMap(([protocol, details]) =>
            Array.from({ length: details.length / 2 }, (_, index): service.ServiceSet => [
              service.servicePoint(protocol, details[2 * index]),
              service.servicePoint(protocol, details[2 * index + 1]),
            ]),
          );
        expect(service.unionAllServices(again)).toEqual(set);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[service.ServiceSet, string]>([
    [service.everyService, "any service"],
    [service.portService(6, 80, 80), "tcp/80"],
    [
      service.unionAllServices([service.portService(6, 80, 80), service.portService(6, 8000, 8100), service.portService(17, 53, 53)]),
      "tcp/{80, 8000-8100}, udp/53",
    ],
    [service.protocolService(47), "ip/47"],
    [service.icmpService(1, 8), "icmp/8"],
    [service.protocolService(6), "tcp"],
  ])("read as the language writes them: %#", (set, text) => {
    expect(service.formatServices(set)).toBe(text);
  });

  it("leave ICMPv6 to IPv6 and ICMP to IPv4", () => {
    expect(service.containsService(service.familyServices(4), service.servicePoint(58, 0))).toBe(false);
    expect(service.containsService(service.familyServices(6), service.servicePoint(1, 0))).toBe(false);
    expect(service.containsService(service.familyServices(4), service.servicePoint(1, 0))).toBe(true);
  });
});
