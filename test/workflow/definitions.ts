/** Small machines for the tests of the player. */
export const machineOf = (States: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(States)[0],
  States,
  ...more,
});

export const invokeTask = (more: Record<string, unknown> = {}) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: "Work", Payload: "{% $states.input %}" },
  End: true,
  ...more,
});

export const waitTask = (more: Record<string, unknown> = {}) => ({
  Type: "Task",
  Resource: "arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken",
  Arguments: {
    TableName: "table",
    Item: { PK: { S: "T#t1" }, taskToken: { S: "{% $states.context.Task.Token %}" } },
  },
  TimeoutSeconds: 60,
  End: true,
  ...more,
});
