import { describe, expect, it } from "vitest";
import { substitute } from "../../lib/local/workflow/definition.ts";
import { DefinitionRefused } from "../../lib/local/workflow/errors.ts";
import { compileMachine } from "../../lib/local/workflow/machine.ts";
import { invokeTask, machineOf, waitTask } from "./definitions.ts";

const refusal = (definition: unknown): DefinitionRefused => {
  try {
    compileMachine(JSON.stringify(definition));
  } catch (error) {
    if (error instanceof DefinitionRefused) return error;
    throw error;
  }
  throw new Error("The definition was taken");
};

const task = (more: Record<string, unknown>) => machineOf({ Work: invokeTask(more) });

const map = (more: Record<string, unknown>, processor: Record<string, unknown> = {}) => {
  const ItemProcessor = {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    StartAt: "Work",
    States: { Work: invokeTask() },
    ...processor,
  };
  return machineOf({ Each: { Type: "Map", ItemProcessor, End: true, ...more } });
};

const reader = {
  Resource: "arn:aws:states:::s3:getObject",
  ReaderConfig: { InputType: "JSONL" },
  Arguments: { Bucket: "b", Key: "k" },
};

describe("a definition is played to the letter or refused", () => {
  it.each<[string, unknown, string | undefined, string]>([
    ["an unknown field of a task", task({ HeartbeatSeconds: 5 }), "Work", "HeartbeatSeconds"],
    ["variables", task({ Assign: { a: 1 } }), "Work", "Assign"],
    ["a field of JSONPath", task({ ResultPath: "$.x" }), "Work", "ResultPath"],
    [
      "an unknown field of the machine",
      machineOf({ Work: invokeTask() }, { Version: "1.0" }),
      undefined,
      "Version",
    ],
    [
      "JSONPath",
      { ...machineOf({ Work: invokeTask() }), QueryLanguage: "JSONPath" },
      undefined,
      "QueryLanguage",
    ],
    ["no query language", { StartAt: "Work", States: { Work: invokeTask() } }, undefined, "QueryLanguage"],
    ["an unknown state type", machineOf({ Both: { Type: "Parallel", End: true } }), "Both", "Type"],
    ["an unknown resource", task({ Resource: "arn:aws:states:::sqs:sendMessage" }), "Work", "Resource"],
    [
      "an unknown argument",
      task({ Arguments: { FunctionName: "f", Qualifier: "1" } }),
      "Work",
      "Arguments/Qualifier",
    ],
    [
      "an unknown field of a retrier",
      task({ Retry: [{ ErrorEquals: ["A"], Delay: 1 }] }),
      "Work",
      "Retry[0]/Delay",
    ],
    [
      "a jitter that does not exist",
      task({ Retry: [{ ErrorEquals: ["A"], JitterStrategy: "HALF" }] }),
      "Work",
      "Retry[0]/JitterStrategy",
    ],
    [
      "an error the language does not have",
      task({ Retry: [{ ErrorEquals: ["States.Timeuot"] }] }),
      "Work",
      "Retry[0]/ErrorEquals",
    ],
    [
      "States.ALL in company",
      task({ Catch: [{ ErrorEquals: ["States.ALL", "A"], Next: "Work" }] }),
      "Work",
      "Catch[0]/ErrorEquals",
    ],
    [
      "States.ALL before another",
      task({ Retry: [{ ErrorEquals: ["States.ALL"] }, { ErrorEquals: ["A"] }] }),
      "Work",
      "Retry[0]/ErrorEquals",
    ],
    ["a task that goes nowhere", machineOf({ Work: { ...invokeTask(), End: undefined } }), "Work", "Next"],
    ["a task with Next and End", task({ Next: "Work" }), "Work", "Next"],
    [
      "a transition into nothing",
      machineOf({ Work: { ...invokeTask(), End: undefined, Next: "Gone" } }),
      "Work",
      "Next",
    ],
    [
      "a catcher into nothing",
      task({ Catch: [{ ErrorEquals: ["A"], Next: "Gone" }] }),
      "Work",
      "Catch[0]/Next",
    ],
    ["a state nobody reaches", machineOf({ Work: invokeTask(), Lonely: { Type: "Succeed" } }), "Lonely", ""],
    [
      "a start that is not there",
      { ...machineOf({ Work: invokeTask() }), StartAt: "Gone" },
      undefined,
      "StartAt",
    ],
    ["an expression with blanks around it", task({ Output: " {% $states.input %}" }), "Work", "Output"],
    [
      "an expression that does not parse",
      task({ Output: { a: ["{% $states.input. %}"] } }),
      "Work",
      "Output/a[0]",
    ],
    ["a timeout that is no expression", task({ TimeoutSeconds: "60" }), "Work", "TimeoutSeconds"],
    ["a timeout of nothing", task({ TimeoutSeconds: 0 }), "Work", "TimeoutSeconds"],
    [
      "a condition that is no expression",
      machineOf({ Choose: { Type: "Choice", Choices: [{ Condition: true, Next: "Choose" }] } }),
      "Choose",
      "Choices[0]/Condition",
    ],
    [
      "a map in this execution",
      map({}, { ProcessorConfig: { Mode: "INLINE" } }),
      "Each",
      "ItemProcessor/ProcessorConfig/Mode",
    ],
    ["batches", map({ ItemBatcher: { MaxItemsPerBatch: 2 } }), "Each", "ItemBatcher"],
    ["a result writer", map({ ResultWriter: {} }), "Each", "ResultWriter"],
    [
      "another reader",
      map({ ItemReader: { ...reader, ReaderConfig: { InputType: "CSV" } } }),
      "Each",
      "ItemReader/ReaderConfig/InputType",
    ],
    ["two sources of items", map({ ItemReader: reader, Items: [] }), "Each", "Items"],
    [
      "a map in a map",
      map({}, { States: { Work: map({}).States.Each } }),
      "Each",
      "ItemProcessor/States/Work/Type",
    ],
    [
      "a bad field of a child",
      map({}, { States: { Work: invokeTask({ Output: "{% $now() %}" }) } }),
      "Work",
      "Output",
    ],
    ["a child that leads nowhere", map({}, { StartAt: "Gone" }), "Each", "ItemProcessor/StartAt"],
    [
      "an express child with a token",
      map(
        {},
        { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" }, States: { Work: waitTask() } },
      ),
      "Work",
      "Resource",
    ],
    [
      "an item outside its selector",
      map({ Output: "{% $states.context.Map.Item.Value %}" }),
      "Each",
      "Output",
    ],
    [
      "a wait until a moment",
      machineOf({ Pause: { Type: "Wait", Timestamp: "2026-01-01T00:00:00Z", End: true } }),
      "Pause",
      "Seconds",
    ],
    [
      "an export of the past",
      machineOf({
        Export: {
          Type: "Task",
          Resource: "arn:aws:states:::aws-sdk:dynamodb:exportTableToPointInTime",
          Arguments: { TableArn: "t", S3Bucket: "b", ExportTime: "2026-01-01T00:00:00Z" },
          End: true,
        },
      }),
      "Export",
      "Arguments/ExportTime",
    ],
  ])("%s", (_, definition, state, field) => {
    const error = refusal(definition);
    expect({ state: error.state, field: error.field }).toEqual({ state, field });
    expect(error.message).toContain(state ?? "the machine");
  });

  it.each([
    ["$now()", "$now"],
    ["$eval('1')", "$eval"],
    ["$uuid()", "$uuid"],
    ["$states.result.Payload", "$states.result"],
    ["$states.errorOutput", "$states.errorOutput"],
    ["$states.inputs", "$states.inputs"],
    ["$states", "$states"],
    ["stage = 'closed'", "stage"],
    ["$$.stage", "$$"],
    ["$stage", "$stage"],
    ["$states.context.Execution.Nmae", "$states.context.Execution.Nmae"],
    ["$states.context.Task.Token", "$states.context.Task.Token"],
    ["$map($states.input.a, function($x){ $x })", "$map"],
    ["$states.input.items[value > 3]", "filters"],
    ["$states.input.**.a", "descendant"],
    ["($a := 1; $a)", "bind"],
    ["$contains($states.input.a, /(a+)+$/)", "regex"],
  ])("the expression %s in an argument", (expression, named) => {
    const error = refusal(task({ Arguments: { FunctionName: "f", Payload: { a: `{% ${expression} %}` } } }));
    expect(error).toMatchObject({ state: "Work", field: "Arguments/Payload/a" });
    expect(error.message).toContain(named);
  });

  it("names a definition that is not JSON", () => {
    expect(() => compileMachine("{")).toThrow(DefinitionRefused);
  });

  it("reads result only in Output, errorOutput only in a catcher, the token only where one is waited for", () => {
    const machine = machineOf({
      Work: invokeTask({
        End: undefined,
        Output: "{% $states.result.Payload %}",
        Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% $states.errorOutput.Error %}", Next: "Wait" }],
        Next: "Wait",
      }),
      Wait: waitTask(),
    });
    expect(compileMachine(JSON.stringify(machine)).states.size).toBe(2);
    expect(refusal(task({ Output: "{% $states.errorOutput %}" }))).toMatchObject({ field: "Output" });
  });

  it("substitutes every name of the stack, and refuses one without a value", () => {
    const placeholder = (name: string) => `$\{${name}}`;
    expect(substitute(`{"a": "${placeholder("Name")}"}`, { Name: 'x"y' })).toBe('{"a": "x\\"y"}');
    expect(() => substitute(placeholder("Missing"), {})).toThrow(placeholder("Missing"));
  });
});
