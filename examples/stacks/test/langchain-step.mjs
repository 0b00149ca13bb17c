// One tool call through LangChain's adapter without the framework around it, for `npm run bench:mcp`. It stands here because
// the adapter, unlike the others, uses classes of the framework.
import { belayMiddleware } from '@belay/sdk/langchain';
import { ToolMessage } from '@langchain/core/messages';

export const langchainStep = (run) => {
  const { wrapToolCall } = belayMiddleware(run);
  return ({ id, input }) =>
    wrapToolCall(
      { toolCall: { id, name: 'echo', args: input } },
      async ({ toolCall }) => new ToolMessage({ content: toolCall.args.message, tool_call_id: id }),
    );
};
