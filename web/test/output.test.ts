import { expect, test } from "vitest";

import { OutputBudget } from "../src/worker/output";

function record(limit: number): { budget: OutputBudget; sent: string[] } {
  const sent: string[] = [];
  return {
    budget: new OutputBudget((stream, text) => sent.push(`${stream}:${text}`), limit),
    sent,
  };
}

test("output within the limit passes as it is", () => {
  const { budget, sent } = record(10);
  budget.write("stdout", "12345");
  budget.write("stderr", "67890");
  budget.close();
  expect(sent).toEqual(["stdout:12345", "stderr:67890"]);
});

test("what is over the limit is dropped and counted", () => {
  const { budget, sent } = record(4);
  budget.write("stdout", "123456");
  budget.write("stdout", "7");
  budget.close();
  expect(sent).toEqual(["stdout:1234", "stderr:\n[3 more characters not shown]\n"]);
});

test("an error is shown even when nothing else fits any more", () => {
  const { budget, sent } = record(4);
  budget.write("stdout", "12345");
  budget.write("error", "bad");
  expect(sent).toContain("error:bad");
});
