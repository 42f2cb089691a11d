/** Members of etcd's cluster that failed are left alone for a while, by a clock that nobody sets. */
import { describe, expect, it } from "@jest/globals";
import { memberBreaker } from "../../../runtime/store/etcdbreaker.js";

describe("the breaker of a member", () => {
  it("opens after three failures in a row, and asks again five seconds later", async () => {
    let elapsed = 0;
    let asked = 0;
    let answer: () => number = () => 1;
    const breaker = memberBreaker(
      (error) => error.message === "away",
      () => elapsed,
    );
    const ask = (): Promise<number> => breaker.execute(() => (asked++, answer()));
    const fails = (message: string) => () => {
      throw new Error(message);
    };
    answer = fails("permission denied");
    for (let turn = 0; turn < 5; turn++) await expect(ask()).rejects.toThrow("permission denied");
    answer = fails("away");
    for (let turn = 0; turn < 2; turn++) await expect(ask()).rejects.toThrow("away");
    answer = () => 2;
    expect(await ask()).toBe(2);
    answer = fails("away");
    for (let turn = 0; turn < 3; turn++) await expect(ask()).rejects.toThrow("away");
    asked = 0;
    await expect(ask()).rejects.toMatchObject({ message: "its breaker is open", isBrokenCircuitError: true });
    elapsed += 4999;
    await expect(ask()).rejects.toThrow("its breaker is open");
    expect(asked).toBe(0);
    elapsed += 1;
    await expect(ask()).rejects.toThrow("away");
    await expect(ask()).rejects.toThrow("its breaker is open");
    elapsed += 5000;
    answer = () => 3;
    expect(await ask()).toBe(3);
    expect(await ask()).toBe(3);
  });
});
