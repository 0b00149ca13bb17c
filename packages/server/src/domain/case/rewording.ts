/**
 * What a language model may say about a case: nothing that does not stand in its packet. Pure: the text that goes out, and
 * what of an answer was made up. In doubt an answer is made up: without it, a person reads the sentence of the house.
 */
import { type CaseView, clipped, type PacketRow } from '@belay/protocol';

const most = { packet: 12_000, words: 4_000, answer: 400 };

const rowText = ({ label, text, problem }: PacketRow): string =>
  `${label}: ${text}${problem === null ? '' : ` (${problem})`}`;

/** The packet of a case, a line for each thing in it. What the agent says about itself is no part of it. */
export const packetText = ({ title, reasons, packet }: Pick<CaseView, 'title' | 'reasons' | 'packet'>): string => {
  const known =
    packet === null
      ? []
      : [
          ...packet.arguments.map(rowText),
          ...packet.sections.flatMap(({ rows }) => rows.map(rowText)),
          ...packet.rules.flatMap(({ because, read }) => [
            because,
            ...read.map((r) => `${r.name}: ${r.text}, ${r.threshold}`),
          ]),
          ...packet.exceptional,
          ...packet.completeness.missing.map(({ label, because }) => `${label}: ${because}`),
          ...[packet.onYes, packet.onNo].filter((text) => text !== null),
        ];
  return clipped([...new Set([title, ...reasons.map(({ because }) => because), ...known])].join('\n'), most.packet);
};

/** What the model gets to read, as JSON: whatever stands in it is a value, and ends where its string ends. */
export const dataFor = (packet: string, agentWords: string | null): string =>
  JSON.stringify({ packet, agentWords: agentWords === null ? null : clipped(agentWords, most.words) });

/** Words that may open a sentence with a capital although no packet has them. */
const openers = new Set(
  'a an the this that these those it its there here because since before after while when if as although but and or so no not nobody only both each every all in on at by for from of to with without under over'.split(
    ' ',
  ),
);
/** Words that say how many, how long or when: as good as a number. */
const telling = new Set(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions billion billions dozen dozens half third quarter once twice double triple first second percent cent cents seconds minute minutes hour hours day days week weeks month months year years today tomorrow yesterday tonight noon midnight'.split(
    ' ',
  ),
);

const plain = /^[a-z]+(?:['/-][a-z]+)*$/;
const isPlain = (word: string): boolean => plain.test(word) && !word.split(/['/-]/).some((part) => telling.has(part));

const bare = (word: string): string =>
  word
    .replace(/^[("'[“„«]+/, '')
    .replace(/[.,;:!?)"'\]”»…]+$/, '')
    .replace(/'s$/, '');
const wordsOf = (text: string): string[] =>
  text
    .replaceAll('’', "'")
    .split(/\s+/)
    .filter((word) => word !== '');

/** Numbers, amounts, dates, identifiers and names, each with all of its words. */
const claimsOf = (answer: string, isLowerWord: (word: string) => boolean): string[] => {
  const claims: string[][] = [[]];
  let opens = true;
  for (const word of wordsOf(answer)) {
    const said = bare(word);
    const lower = said.toLowerCase();
    const opensOnly = opens && isPlain(lower) && (openers.has(lower) || isLowerWord(lower));
    if (said === '' || opensOnly || isPlain(said)) claims.push([]);
    else claims.at(-1)?.push(said);
    if (/[.,;:!?)]["'”]*$/.test(word)) claims.push([]);
    opens = /[.:!?]["'”)]*$/.test(word);
  }
  return claims.filter((claim) => claim.length > 0).map((claim) => claim.join(' '));
};

/** Why an answer is not shown, in a sentence; null: everything in it stands in the packet. */
export const whyNotShown = (answer: string, packet: string): string | null => {
  if (answer === '') return 'It was empty.';
  if (answer.length > most.answer) return `It was longer than ${most.answer} characters.`;
  const lines = packet.split('\n').map((line) => ` ${wordsOf(line).map(bare).join(' ')} `);
  const stands = (claim: string): boolean => lines.some((line) => line.includes(` ${claim} `));
  const invented = claimsOf(answer, stands).find((claim) => !stands(claim));
  return invented === undefined ? null : `"${invented}" does not stand in the packet.`;
};
