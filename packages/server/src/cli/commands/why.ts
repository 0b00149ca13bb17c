/** `belay why`. */
import { whyApprovalText } from '../approval-text.ts';
import { whyText } from '../case-text.ts';
import { type Command, type Given, type Io, printJson } from '../command.ts';
import { connect, connecting } from '../connection.ts';

const whyCase = async (given: Given, caseId: string, io: Io): Promise<void> => {
  const kase = await connect(given).call('getCase', { params: { caseId } });
  if (!io.json) return io.out(whyText(kase, io.paint));
  const { control, because, reasons, step, packet } = kase;
  const [requirements, facts] = [step?.requirements ?? [], step?.facts ?? []];
  printJson(io, { caseId, control, because, reasons, requirements, facts, nearest: packet?.nearest ?? [] });
};

const whyApproval = async (given: Given, approvalId: string, io: Io): Promise<void> => {
  const approval = await connect(given).call('getApproval', { params: { approvalId } });
  if (!io.json) return io.out(whyApprovalText(approval, io.paint));
  const { control, because, facts, packet } = approval;
  printJson(io, { approvalId, control, because, rules: packet?.rules ?? [], facts, nearest: packet?.nearest ?? [] });
};

export const why: Command = {
  name: 'why',
  summary: 'Say which rules and facts led to a case or an approval, and what would have decided otherwise.',
  takes: ['CASE|APPROVAL'],
  options: connecting,
  examples: [
    { line: 'belay why case_…', about: 'rules, citations, facts with their origin, the nearest change' },
    { line: 'belay why approval_…', about: 'the same of a sign-off' },
  ],
  run: async (given, io) => {
    const id = given.words[0] ?? '';
    await (id.startsWith('approval_') ? whyApproval : whyCase)(given, id, io);
    return 0;
  },
};
