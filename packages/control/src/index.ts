/** The language of controls: parse → types → evaluate. Pure; runs in a browser. */
export { type CasesResult, type ControlCase, type Expectation, parseCases } from './cases/parse.ts';
export { type ProposedCase, type ProposedCases, proposeCases } from './cases/propose.ts';
export { type CaseReport, runCases } from './cases/run.ts';
export { writeCases } from './cases/write.ts';
export { checkControl } from './check/check.ts';
export { type Example, type Explained, exampleControl, exampleOrganisation, explained } from './check/explained.ts';
export {
  type Finding,
  type FindingCode,
  type Fix,
  type FoundCase,
  findingCodes,
  type Severity,
} from './check/finding.ts';
export { type Fixed, fixControl, placeOf } from './check/fix.ts';
export { acceptLine, type Judged, type Judgement, judgeFindings } from './check/judge.ts';
export type { OrganisationView } from './check/organisation.ts';
export { type Coverage, type Interval, type Reach, reachOf } from './check/reach.ts';
export { type Change, type Comparison, compareControls } from './compare/compare.ts';
export type { Note } from './compare/note.ts';
export { outageMsOf, reviewWithinMsOf } from './defaults.ts';
export { compileControl } from './evaluate/compile.ts';
export { recordedInput } from './evaluate/recorded.ts';
export type * from './model.ts';
export type { Arrow, Box, Drawing, Graph, GraphEdge, GraphNode, NodeKind } from './page/graph.ts';
export { type ControlPage, controlPage, type PageClause, type PageSignOff, type PageStep } from './page/page.ts';
export type { PageLadder, PageWait } from './page/waits.ts';
export { type Path, putAt, removeAt } from './source/edit.ts';
export { formatControl } from './source/format.ts';
export {
  type Joined,
  joinControl,
  type ParsedFiles,
  parseControlFiles,
  partsElsewhere,
  partsOf,
  type SourceFile,
} from './source/join.ts';
export { controlDigest, parseControl } from './source/parse.ts';
export { casesSchema, controlSchema } from './source/schema.ts';
export { storedControl } from './source/stored.ts';
export { formatDuration, parseDuration } from './value/time.ts';
export { type Alternative, type Beside, nearest, type Why, why } from './why/why.ts';
export { sayStep } from './words/names.ts';
export { type Phrase, phraseOf } from './words/phrase.ts';
