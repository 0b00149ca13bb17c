// As much of LangChain as is used here, so that nobody needs its packages to build. Applications have the real types.
declare module 'langchain' {
  export interface AgentMiddleware {
    name: string;
  }
  export function createMiddleware(config: object): AgentMiddleware;
}

declare module '@langchain/langgraph' {
  export function interrupt(value: unknown): unknown;
}

declare module '@langchain/core/messages' {
  type Fields = {
    content: unknown;
    tool_call_id: string;
    name?: string;
    status?: 'success' | 'error';
    artifact?: unknown;
  };
  export class ToolMessage {
    constructor(fields: Fields);
    static isInstance(value: unknown): value is ToolMessage;
    content: unknown;
    status?: 'success' | 'error';
    artifact?: unknown;
  }
  export class HumanMessage {
    constructor(content: string);
  }
}
