// The language model of the Vercel AI SDK, scripted; Mastra takes models of the same interface, as an older version has it.
// What a model says and calls is written alike in both; why a turn ended and what it used is not.

/** `Mock`: the framework's own test model. `ended` and `used` write the reason and the tokens as its version does. */
export const scriptedBy =
  ({ Mock, ended, used }) =>
  (turns, { tokens = 1 }) => {
    const answer = (reason, content) => ({ content, finishReason: ended(reason), usage: used(tokens), warnings: [] });
    const call = ({ id, name, args }) => ({
      type: 'tool-call',
      toolCallId: id,
      toolName: name,
      input: JSON.stringify(args),
    });
    const replies = turns.map((calls) => answer('tool-calls', calls.map(call)));
    const seen = [];
    const doGenerate = async ({ prompt }) => {
      seen.push(prompt);
      return replies.shift() ?? answer('stop', [{ type: 'text', text: 'done' }]);
    };
    return { model: new Mock({ doGenerate }), seen };
  };

/** The tools by their names; `make(tool, name)`: the framework's own function for one. */
export const toolsBy = (make) => (tools) =>
  Object.fromEntries(
    tools.map(({ name, description, schema, execute }) => [
      name,
      make({ description, inputSchema: schema, execute: (args, { abortSignal }) => execute(args, abortSignal) }, name),
    ]),
  );
