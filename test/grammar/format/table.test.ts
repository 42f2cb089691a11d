import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Row, setOut } from "../../../grammar/format/table.js";

const anyRow: fc.Arbitrary<Row> = fc.record(
  {
    action: fc.constantFrom(4, 5),
    source: fc.integer({ min: 1, max: 60 }),
    destination: fc.integer({ min: 1, max: 60 }),
    services: fc.nat(30),
    tail: fc.nat(20),
  },
  { requiredKeys: ["action", "source", "destination"] },
);

describe("the columns of a policy", () => {
  it("are as wide as the widest part in them", () => {
    const rows = [
      { action: 5, source: 3, destination: 9, services: 3 },
      { action: 4, source: 12, destination: 2, tail: 3 },
    ];
    expect(setOut(rows, 80)).toEqual({ columns: { action: 5, source: 12, destination: 9, services: 3 }, aligned: [true, true] });
  });

  it("leave out what has no place on one line", () => {
    expect(setOut([undefined, { action: 5, source: 3, destination: 9 }], 80).aligned).toEqual([false, true]);
  });

  it("leave out the long rules first, and never pass the limit", () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 12 }), (rows) => {
        const { columns, aligned } = setOut(rows, 80);
        rows.forEach((row, index) => {
          if (!aligned[index]) return;
          const services = row.services === undefined ? 0 : 3 + row.services;
          expect(columns.action + 1 + columns.source + 4 + row.destination).toBeLessThanOrEqual(80);
          if (row.tail === undefined && services > 0)
            expect(columns.action + 5 + columns.source + columns.destination + services).toBeLessThanOrEqual(80);
        });
        const shortAlone = rows.filter((row) => row.action + row.source + row.destination + 5 + (row.services ?? 0) + 3 + (row.tail ?? 0) + 1 <= 80);
        if (shortAlone.length > 0) expect(aligned).toContain(true);
      }),
    );
  });
});
