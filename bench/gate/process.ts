/** Programs of the benchmarks as processes of their own, asked over IPC. Ended with their parent. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export type Program = { ask: <A>(message?: object) => Promise<A>; said: <A>() => Promise<A>; end: () => Promise<void> };

/** Its first message is read with `said`, each answer with `ask`. */
export const start = (program: URL, parameters: object): Program => {
  const path = fileURLToPath(program);
  const child = fork(path, [JSON.stringify(parameters)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const said = async <A>(): Promise<A> => {
    const [message] = await Promise.race([
      once(child, 'message'),
      exited.then(([code]) => Promise.reject(new Error(`${path} ended with code ${code}`))),
    ]);
    return message as A;
  };
  return {
    said,
    ask: <A>(message: object = {}) => {
      const answer = said<A>();
      child.send(message);
      return answer;
    },
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) child.send({ ask: 'close' });
      await exited;
    },
  };
};
